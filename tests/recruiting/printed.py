"""Résumés printed without a database: people made up on the spot, and PDFs as pypdf reads them."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from PIL import Image, ImageDraw
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from models.people import Account
from models.states import ResumeType, Role
from models.talents import Resume, Talent
from portal.codes import RESUME_ITEMS
from portal.press.client import press
from portal.recruiting import resume_page, snapshot
from tests.recruiting import resume_samples

APPLIED = datetime(2026, 11, 24, 5, 32, tzinfo=UTC)
NUMBER = "E7K2M9QX4T"
ALL = RESUME_ITEMS.values
CONTENTS = {ResumeType.general: resume_samples.GENERAL, ResumeType.expert: resume_samples.EXPERT}


def somebody(name: str = "山田 花子", **columns: Any) -> Talent:
    account = Account(email="hanako@example.jp", name=name, role=Role.talent, password_hash="")
    given = {
        "name_kana": "やまだ はなこ",
        "birthdate": date(1987, 11, 25),
        "gender_text": "女",
        "phone": "090-1234-5678",
        "postal": "112-0006",
        "address": "東京都文京区小日向1-2-3 みどりビル401",
    }
    return Talent(account=account, **(given | columns))


def frozen(
    resume_type: ResumeType, items: Any = ALL, *, talent: Talent | None = None, content: Any = None, **over: Any
) -> dict[str, Any]:
    resume = Resume(type=resume_type, content=(CONTENTS[resume_type] if content is None else content) | over)
    return snapshot.freeze(talent or somebody(), resume, type=resume_type, items=items)


def printed(shown: dict[str, Any], photo: bytes = b"") -> bytes:
    return press.print(resume_page.html(shown, number=NUMBER, applied_at=APPLIED, photo=photo))


def portrait() -> bytes:
    picture = Image.new("RGB", (600, 800), "#cfd8dc")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((180, 140, 420, 440), fill="#8d6e63")
    draw.ellipse((60, 480, 540, 1100), fill="#37474f")
    made = io.BytesIO()
    picture.save(made, "JPEG")
    return made.getvalue()


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf), strict=True)


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages)


def dictionaries(pdf: bytes) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, whether a page leads there or not."""
    reader = read(pdf)
    waiting: list[Any] = [reader.trailer]
    for generation, numbers in reader.xref.items():
        waiting += [reader.get_object(IndirectObject(number, generation, reader)) for number in numbers]
    waiting += [reader.get_object(IndirectObject(number, 0, reader)) for number in reader.xref_objStm]
    while waiting:
        part = waiting.pop()
        if isinstance(part, DictionaryObject):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, ArrayObject):
            waiting.extend(part)


def everything(pdf: bytes) -> bytes:
    """All streams unpacked, for looking for what must not be in the file."""
    return b"\n".join(part.get_data() for part in dictionaries(pdf) if hasattr(part, "get_data"))

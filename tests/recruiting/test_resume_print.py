"""The PDF holds what was chosen and the name, and nothing else; it is a file that a ministry could take."""

import io
import subprocess
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from models.states import ResumeType
from portal.app import create_app
from portal.codes import RESUME_ITEMS
from portal.files.inspector import pdf as inspector
from portal.recruiting import resume_page
from portal.recruiting.resume_fields import items_of
from portal.settings import Settings
from tests.recruiting import printed, resume_samples
from tests.recruiting.printed import frozen, portrait, read, somebody, text

GENERAL, EXPERT = ResumeType.general, ResumeType.expert
ONE_OF_EACH = [(resume_type, item) for resume_type in ResumeType for item in items_of(resume_type, RESUME_ITEMS.values)]
HELD = {  # a piece of each item's content
    "birthdate": "1987年11月25日（満38歳）",
    "gender": "女",
    "contact": "東京都文京区小日向1-2-3",
    "nationality": "TSUJI NAOKO",
    "residence": "2027年2月に帰国の予定",
    "specialty": "都市開発・地域開発",
    "education": "東北大学",
    "work": "株式会社みなとコンサルタンツ",
    "missions": "水道公社事業管理能力向上プロジェクト",
    "licenses": "登録",
    "languages": "ラオ語",
    "publications": "国際開発学会",
    "abilities": "総合マネジメント力",
    "appeal": "水資源工学",
    "wishes": "希望します",
}


@pytest.fixture(scope="module", autouse=True)
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """What a page is made of needs no database."""
    folder = tmp_path_factory.mktemp("paper")
    app = create_app(Settings(database_url=f"sqlite:///{folder}/none.sqlite", secret_key="x" * 32), doors=False)
    with app.app_context():
        yield app


@pytest.fixture(scope="module")
def whole() -> dict[ResumeType, bytes]:
    return {
        resume_type: printed.printed(frozen(resume_type, talent=somebody("辻󠄀 𠮷田髙﨑")), portrait())
        for resume_type in ResumeType
    }


def labels_in(pdf: bytes, resume_type: ResumeType) -> set[str]:
    lines = text(pdf)
    return {item for item in items_of(resume_type, RESUME_ITEMS.values) if RESUME_ITEMS.label(item) in lines}


@pytest.mark.parametrize(("resume_type", "item"), ONE_OF_EACH)
def test_one_item_prints_its_heading_and_its_content_and_no_other(resume_type: ResumeType, item: str) -> None:
    pdf = printed.printed(frozen(resume_type, [item]), portrait() if item == "photo" else b"")
    assert labels_in(pdf, resume_type) == {item}
    assert "山田 花子" in text(pdf)
    assert {name for name, piece in HELD.items() if piece in text(pdf)} <= {item}
    assert HELD.get(item, "") in text(pdf)
    images = [image for page in read(pdf).pages for image in page.images]
    assert len(images) == (1 if item == "photo" else 0)


@pytest.mark.parametrize("resume_type", ResumeType)
def test_all_items_are_there_in_their_order(resume_type: ResumeType, whole: dict[ResumeType, bytes]) -> None:
    pdf = whole[resume_type]
    items = items_of(resume_type, RESUME_ITEMS.values)
    assert labels_in(pdf, resume_type) == set(items)
    lines = text(pdf)
    places = [lines.index(RESUME_ITEMS.label(item)) for item in items if item not in ("photo", "birthdate", "gender")]
    assert places == sorted(places)
    for item in set(items) & set(HELD):
        assert HELD[item] in lines


@pytest.mark.parametrize("resume_type", ResumeType)
def test_without_any_item_the_name_stands_alone(resume_type: ResumeType) -> None:
    lines = text(printed.printed(frozen(resume_type, [])))
    assert "山田 花子" in lines
    assert not any(label in lines for label in (code.ja for code in RESUME_ITEMS))
    assert not any(piece in lines for piece in HELD.values())


@pytest.mark.parametrize("resume_type", ResumeType)
def test_an_item_that_was_chosen_but_is_empty_says_so(resume_type: ResumeType) -> None:
    nobody = somebody(birthdate=None, gender_text="", phone="", postal="", address="")
    pdf = printed.printed(frozen(resume_type, talent=nobody, content={}))
    assert labels_in(pdf, resume_type) == set(items_of(resume_type, RESUME_ITEMS.values))
    assert (
        text(pdf).count("記入なし") >= len(items_of(resume_type, RESUME_ITEMS.values)) - 2
    )  # name and 性別 need no such word


@pytest.mark.parametrize("resume_type", ResumeType)
def test_the_file_is_a4_with_its_language_title_numbers_and_moment(
    resume_type: ResumeType, whole: dict[ResumeType, bytes]
) -> None:
    reader = read(whole[resume_type])
    pages = len(reader.pages)
    assert pages in (2, 3)
    for number, page in enumerate(reader.pages, start=1):
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx((595.28, 841.89), abs=0.1)
        assert f"{number} / {pages}" in page.extract_text()
        assert "応募日時 2026年11月24日(火) 14:32 時点の内容" in page.extract_text()
        assert printed.NUMBER in page.extract_text()
    assert reader.trailer["/Root"]["/Lang"] == "ja"
    title = {GENERAL: "履歴書", EXPERT: "専門家履歴書"}[resume_type]
    assert reader.metadata is not None
    assert reader.metadata.title == f"{title}　辻󠄀 𠮷田髙﨑"
    assert set(reader.metadata) == {"/Title", "/Producer"}  # no author, no program of ours, no time
    assert title in text(whole[resume_type])


@pytest.mark.parametrize("resume_type", ResumeType)
def test_bookmarks_lead_to_the_items(resume_type: ResumeType, whole: dict[ResumeType, bytes]) -> None:
    reader = read(whole[resume_type])
    (first, below) = reader.outline
    assert first["/Title"] == {GENERAL: "履歴書", EXPERT: "辻󠄀 𠮷田髙﨑"}[resume_type]
    told = [mark["/Title"] for mark in below]
    items = [
        item for item in items_of(resume_type, RESUME_ITEMS.values) if item not in ("photo", "birthdate", "gender")
    ]
    assert told == [RESUME_ITEMS.label(item) for item in items]
    for mark in below:
        page = reader.pages[reader.get_destination_page_number(mark)]
        assert mark["/Title"] in page.extract_text()


@pytest.mark.parametrize("resume_type", ResumeType)
def test_all_fonts_are_embedded_and_few(resume_type: ResumeType, whole: dict[ResumeType, bytes]) -> None:
    fonts = [part for part in printed.dictionaries(whole[resume_type]) if part.get("/Type") == "/Font"]
    described = [part["/FontDescriptor"].get_object() for part in fonts if "/FontDescriptor" in part]
    assert {name.partition("+")[2] for name in (part["/BaseFont"] for part in fonts)} == {"Portal", "Portal-Rare"}
    assert described
    assert all("/FontFile2" in part for part in described)
    assert all("+" in part["/BaseFont"] for part in fonts)  # a subset each
    assert len(whole[resume_type]) < 200_000


def test_rare_kanji_are_shown_and_can_be_read_out(whole: dict[ResumeType, bytes]) -> None:
    for resume_type, pdf in whole.items():
        assert text(pdf).count("辻󠄀 𠮷田髙﨑") >= len(read(pdf).pages), resume_type


def test_what_no_font_has_is_marked_and_spoils_nothing() -> None:
    unknown = "\ue000と\U0010fffdと\u2028"  # a private sign, a code that means nothing, a separator
    lines = text(printed.printed(frozen(GENERAL, ["appeal"], appeal=f"①㈱é「{unknown}」ゐ")))
    assert "①㈱é「〓と〓と〓」ゐ" in lines
    assert "山田 花子" in lines


def test_the_portal_itself_would_take_the_file(whole: dict[ResumeType, bytes]) -> None:
    """Its own inspector refuses scripts, attachments and actions."""
    for pdf in whole.values():
        assert inspector.look(io.BytesIO(pdf)) == "pdf"
        assert not any("/URI" in part for part in printed.dictionaries(pdf))


@pytest.mark.parametrize("resume_type", ResumeType)
def test_the_same_resume_becomes_the_same_bytes(resume_type: ResumeType, whole: dict[ResumeType, bytes]) -> None:
    assert printed.printed(frozen(resume_type, talent=somebody("辻󠄀 𠮷田髙﨑")), portrait()) == whole[resume_type]


def test_the_photo_is_the_one_that_was_handed_over(whole: dict[ResumeType, bytes]) -> None:
    (image,) = read(whole[GENERAL]).pages[0].images
    assert image.image is not None
    assert image.image.size == (600, 800)
    red, green, blue = image.image.convert("RGB").getpixel((300, 700))
    assert (red, green, blue) == pytest.approx((0x37, 0x47, 0x4F), abs=6)


def test_ages_and_careers_are_counted_at_the_day_of_application() -> None:
    born = {day: text(printed.printed(frozen(GENERAL, ["birthdate"], talent=somebody(birthdate=day)))) for day in DAYS}
    assert "満39歳" in born[DAYS[0]]
    assert "満38歳" in born[DAYS[1]]
    lines = text(printed.printed(frozen(EXPERT, ["work", "missions"])))
    assert "通算 25年7か月（日本 12年11か月、ラオス 12年8か月）" in lines
    assert "通算 11年2か月（ラオス 8年8か月、カンボジア 2年6か月）" in lines


DAYS = (date(1987, 11, 24), date(1987, 11, 25))


@pytest.mark.parametrize("last", ["現在に至る", "以上"])
def test_the_career_ends_once(last: str) -> None:
    lines = text(printed.printed(frozen(GENERAL, ["work"], work=[{"at": "2019-01", "text": last}])))
    assert lines.count("以上") == 1


def test_long_content_runs_over_pages_with_repeated_heads() -> None:
    rows = [
        {"at": f"{1985 + place}-04", "text": f"第{place}課 " + "技術協力の案件形成に従事" * 6} for place in range(38)
    ]
    pdf = printed.printed(frozen(GENERAL, ["work", "appeal"], work=rows, appeal=resume_samples.APPEAL * 8))
    pages = [page.extract_text() for page in read(pdf).pages]
    assert len(pages) >= 3
    assert all(f"第{place}課" in "".join(pages) for place in range(38))
    assert all("職歴" in page for page in pages[:2])
    assert all("履歴書　山田 花子" in page for page in pages[1:])
    assert "履歴書　山田 花子" not in pages[0]


@pytest.mark.parametrize(
    ("resume_type", "last", "before"), [(GENERAL, "本人希望", "志望の動機"), (EXPERT, "志望の動機", "■ ")]
)
def test_the_last_words_never_stand_alone_on_a_page(resume_type: ResumeType, last: str, before: str) -> None:
    """Whatever is above them: each line more moves them on, until they are beyond the page."""
    items = ["work", "appeal", "wishes"] if resume_type is GENERAL else ["abilities", "appeal"]
    begun = set()
    for more in range(12):
        rows = [{"at": f"{1985 + place}-04", "text": f"第{place}課"} for place in range(18 + more)]
        line = "現地の職員と資料の形を考えた。" * 3
        over = {"work": rows} if resume_type is GENERAL else {"ability_6": line * (12 + more)}
        pages = [
            page.extract_text()
            for page in read(printed.printed(frozen(resume_type, items, appeal=line * 4, **over))).pages
        ]
        page = next(page for page in pages if last in page)
        assert before in page.split(last)[0], more
        begun.add(len(pages))
    assert begun == {1, 2}, "both were tried"


def test_poppler_reads_it_as_well(whole: dict[ResumeType, bytes]) -> None:
    """A second reader, where it is installed."""
    for pdf in whole.values():
        try:
            done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
        except FileNotFoundError:
            return
        assert "辻󠄀 𠮷田髙﨑" in done.stdout.decode()
        assert done.stderr == b""


def test_the_page_names_nothing_outside_itself() -> None:
    for resume_type in ResumeType:
        page = resume_page.html(frozen(resume_type), number="E1", applied_at=printed.APPLIED, photo=portrait())
        assert [part.partition(",")[0] for part in page.split('src="')[1:]] == ["data:image/jpeg;base64"]
        assert "href" not in page
        assert "<script" not in page
        assert "style=" not in page

"""The kinds of files that people may hand in. What a file is, its structure says; never its name or the browser."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from portal.codes import ANY_FORMAT

_OPEN_XML = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class FileKind:
    code: str  # as the inspector says it
    name: str  # as people say it
    media_type: str
    suffixes: tuple[str, ...]  # the first is given to a file whose name says something else


PDF = FileKind("pdf", "PDF", "application/pdf", (".pdf",))
DOCX = FileKind("docx", "Word（.docx）", f"{_OPEN_XML}wordprocessingml.document", (".docx",))
XLSX = FileKind("xlsx", "Excel（.xlsx）", f"{_OPEN_XML}spreadsheetml.sheet", (".xlsx",))
PPTX = FileKind("pptx", "PowerPoint（.pptx）", f"{_OPEN_XML}presentationml.presentation", (".pptx",))
JPEG = FileKind("jpeg", "JPEG", "image/jpeg", (".jpg", ".jpeg"))
PNG = FileKind("png", "PNG", "image/png", (".png",))
WEBP = FileKind("webp", "WebP", "image/webp", (".webp",))

PAPER_KINDS = (PDF, DOCX, XLSX, PPTX)
DOCUMENT_KINDS = (*PAPER_KINDS, JPEG, PNG)
PHOTO_KINDS = (JPEG, PNG)
IMAGE_KINDS = (JPEG, PNG, WEBP)  # taken only where they are drawn anew
KINDS = (*DOCUMENT_KINDS, WEBP)
OF_FORMAT: Mapping[str, tuple[FileKind, ...]] = {  # by `codes.DOCUMENT_FORMATS`
    ANY_FORMAT: DOCUMENT_KINDS,
    "pdf": (PDF,),
    "office": (DOCX, XLSX, PPTX),
    "image": PHOTO_KINDS,
}
BY_CODE = {kind.code: kind for kind in KINDS}
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS}


def spell(kinds: Collection[FileKind]) -> str:
    return "、".join(kind.name for kind in kinds)


def accept(kinds: Collection[FileKind]) -> str:
    """For the `accept` of a file field, so that the dialog offers what will be taken."""
    return ",".join(suffix for kind in kinds for suffix in kind.suffixes)

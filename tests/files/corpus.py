"""Files as people and attackers send them, with what must become of each: the kind it is, or why it is refused."""

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter

from portal.files.intake import LARGEST
from tests.files import offices, pdfs, pictures
from tests.files.offices import DOCX, PPTX, XLSX, package
from tests.files.pdfs import pdf, stream
from tests.files.pictures import picture

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
JAVASCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000
KINDS = ("pdf", "docx", "xlsx", "pptx", "jpeg", "png")


@dataclass(frozen=True)
class Sample:
    id: str
    name: str
    becomes: str  # a kind's code, or the code of a refusal
    make: Callable[[], bytes]
    kept_as: str = ""  # when the name is not kept


def attached() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.add_attachment("秘密.exe", b"MZ")
    return pdfs.written(writer)


GOOD = (
    Sample("pdf", "履歴書.pdf", "pdf", pdf),
    Sample("pdf-japanese-name", "履歴書(山田)①.pdf", "pdf", pdf),
    Sample("pdf-upper-suffix", "CV.PDF", "pdf", pdf),
    Sample("pdf-named-docx", "職務経歴書.docx", "pdf", pdf, "職務経歴書.pdf"),
    Sample("pdf-without-suffix", "職務経歴書", "pdf", pdf, "職務経歴書.pdf"),
    Sample("pdf-wide-suffix", "職務経歴書．ＰＤＦ", "pdf", pdf, "職務経歴書.pdf"),
    Sample("pdf-named-exe", "履歴書.pdf.exe", "pdf", pdf, "履歴書.pdf"),
    Sample("pdf-nameless", "", "pdf", pdf, "書類.pdf"),
    Sample("pdf-path-as-name", "C:\\Users\\山田\\履歴書.pdf", "pdf", pdf, "履歴書.pdf"),
    Sample("pdf-object-streams", "圧縮.pdf", "pdf", lambda: pdfs.packed(b"<</Type/Metadata>>")),
    Sample("pdf-revised", "追記.pdf", "pdf", pdfs.revised),
    Sample("pdf-500-pages", "論文.pdf", "pdf", lambda: pdfs.many_pages(500)),
    Sample("pdf-padded", "余白.pdf", "pdf", lambda: pdf() + b"\r\n\0\0\0"),
    Sample("pdf-of-the-limit", "ちょうど.pdf", "pdf", lambda: pdfs.of_size(LARGEST)),
    Sample(
        "pdf-about-javascript",
        "技術者.pdf",
        "pdf",
        lambda: pdf(content=b"BT (HTML/JavaScript /JS /Launch /EmbeddedFiles) Tj ET"),
    ),
    Sample(
        "pdf-link",
        "リンク.pdf",
        "pdf",
        lambda: pdf(
            b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.jp)>>>>", page=b"/Annots[5 0 R]"
        ),
    ),
    Sample("pdf-opens-at-page", "頁.pdf", "pdf", lambda: pdf(catalog=b"/OpenAction[3 0 R/Fit]")),
    Sample(
        "pdf-form",
        "様式.pdf",
        "pdf",
        lambda: pdf(b"<</FT/Tx/T(name)/V(\xe5)>>", catalog=b"/AcroForm<</Fields[5 0 R]>>"),
    ),
    Sample("pdf-holding-zip", "入れ子.pdf", "pdf", lambda: pdf(stream(offices.archive(("a.html", HTML))))),
    Sample("docx", "志望動機.docx", "docx", package),
    Sample("docx-types-last", "順序.docx", "docx", lambda: package(types_last=True)),
    Sample("docx-stored", "無圧縮.docx", "docx", lambda: package(method=zipfile.ZIP_STORED)),
    Sample(
        "docx-picture", "写真入り.docx", "docx", lambda: package(DOCX, ("word/media/image1.png", pictures.picture()))
    ),
    Sample("docx-named-zip", "志望動機.zip", "docx", package, "志望動機.docx"),
    Sample("xlsx", "経歴一覧.xlsx", "xlsx", offices.workbook),
    Sample("xlsx-rows", "実績.xlsx", "xlsx", lambda: offices.workbook(3000)),
    Sample("pptx", "活動報告.pptx", "pptx", lambda: package(PPTX)),
    Sample("jpeg", "証明写真.jpg", "jpeg", lambda: picture(form="JPEG")),
    Sample("jpeg-long-suffix", "証明写真.jpeg", "jpeg", lambda: picture(form="JPEG")),
    Sample("jpeg-progressive", "進.jpg", "jpeg", lambda: picture(form="JPEG", progressive=True)),
    Sample("jpeg-grey", "白黒.jpg", "jpeg", lambda: picture("L", form="JPEG")),
    Sample("jpeg-cmyk", "印刷.jpg", "jpeg", lambda: picture("CMYK", form="JPEG")),
    Sample("jpeg-gps", "卒業証書.jpg", "jpeg", pictures.with_place),
    Sample("jpeg-mpo", "携帯.jpg", "jpeg", pictures.stereo),
    Sample("jpeg-and-zip", "多重.jpg", "jpeg", lambda: picture(form="JPEG") + offices.archive(("a.html", HTML))),
    Sample("jpeg-html-comment", "注釈.jpg", "jpeg", lambda: picture(form="JPEG", comment=HTML)),
    Sample("png", "修了証.png", "png", picture),
    Sample("png-alpha", "透過.png", "png", lambda: picture("RGBA")),
    Sample("png-palette", "色数.png", "png", lambda: picture("P")),
    Sample("png-16-bit", "階調.png", "png", lambda: picture("I;16")),
    Sample("png-named-jpg", "LINE_写真.jpg", "png", picture, "LINE_写真.png"),
    Sample("png-40-megapixels", "大判.png", "png", lambda: pictures.blank(8000, 5000)),
)

ACTING = (
    Sample("pdf-script-on-open", "履歴書.pdf", "acting", lambda: pdf(JAVASCRIPT, catalog=b"/OpenAction 5 0 R")),
    Sample("pdf-script-in-names", "履歴書.pdf", "acting", lambda: pdf(catalog=b"/Names<</JavaScript<</Names[]>>>>")),
    Sample(
        "pdf-script-escaped",
        "履歴書.pdf",
        "acting",
        lambda: pdf(b"<</S/J#61vaScript/#4aS(app.alert\\(1\\))>>", catalog=b"/OpenAction 5 0 R"),
    ),
    Sample("pdf-script-packed", "履歴書.pdf", "acting", lambda: pdfs.packed(JAVASCRIPT, catalog=b"/OpenAction 7 0 R")),
    Sample("pdf-script-on-page", "履歴書.pdf", "acting", lambda: pdf(page=b"/AA<</O" + JAVASCRIPT + b">>")),
    Sample("pdf-script-deep", "履歴書.pdf", "acting", lambda: pdf(b"[[[[<</Next[" + JAVASCRIPT + b"]>>]]]]")),
    Sample(
        "pdf-script-in-field",
        "様式.pdf",
        "acting",
        lambda: pdf(b"<</FT/Tx/T(a)/AA<</K" + JAVASCRIPT + b">>>>", catalog=b"/AcroForm<</Fields[5 0 R]>>"),
    ),
    Sample(
        "pdf-launch",
        "履歴書.pdf",
        "acting",
        lambda: pdf(b"<</S/Launch/F(cmd.exe)/Win<</F(cmd.exe)>>>>", catalog=b"/OpenAction 5 0 R"),
    ),
    Sample("pdf-launch-indirect", "履歴書.pdf", "acting", lambda: pdf(b"<</S 6 0 R/F(cmd.exe)>>", b"/Launch")),
    Sample("pdf-attachment", "履歴書.pdf", "acting", attached),
    Sample(
        "pdf-attachment-on-page",
        "履歴書.pdf",
        "acting",
        lambda: pdf(
            b"<</Type/Annot/Subtype/FileAttachment/FS 6 0 R>>",
            b"<</F(a.exe)/EF<</F 7 0 R>>>>",
            stream(b"MZ"),
            page=b"/Annots[5 0 R]",
        ),
    ),
    Sample("pdf-attachment-bare", "履歴書.pdf", "acting", lambda: pdf(b"<</F(a.exe)/EF<</UF 6 0 R>>>>", stream(b"MZ"))),
    Sample(
        "pdf-attachment-indirect",
        "履歴書.pdf",
        "acting",
        lambda: pdf(b"<</F(a.exe)/EF 6 0 R>>", b"<</F 7 0 R>>", stream(b"MZ")),
    ),
    Sample("pdf-xfa", "様式.pdf", "acting", lambda: pdf(stream(b"<xdp/>"), catalog=b"/AcroForm<</XFA 5 0 R>>")),
    Sample("pdf-rich-media", "動画.pdf", "acting", lambda: pdf(b"<</Type/Annot/Subtype/RichMedia>>")),
)

BAD_PDF = (
    Sample("pdf-user-password", "履歴書.pdf", "encrypted", lambda: pdfs.locked("himitsu", "himitsu2")),
    Sample("pdf-owner-password", "履歴書.pdf", "encrypted", lambda: pdfs.locked("", "himitsu2")),
    Sample("pdf-501-pages", "論文.pdf", "pages", lambda: pdfs.many_pages(501)),
    Sample("pdf-cut", "履歴書.pdf", "broken", lambda: pdf()[:-60]),
    Sample("pdf-half", "論文.pdf", "broken", lambda: (whole := pdfs.many_pages(50))[: len(whole) // 2]),
    Sample("pdf-head-only", "履歴書.pdf", "broken", lambda: b"%PDF-1.7\n"),
    Sample("pdf-nonsense", "履歴書.pdf", "broken", lambda: b"%PDF-1.7\n" + b"\xff" * 5000 + b"\n%%EOF\n"),
    Sample("pdf-and-zip", "履歴書.pdf", "broken", lambda: pdf() + offices.archive(("a.html", HTML))),
    Sample("pdf-and-html", "履歴書.pdf", "broken", lambda: pdf() + HTML),
    Sample("pdf-no-page", "履歴書.pdf", "broken", lambda: pdf(pages=0, kids=b" ")),
    Sample("pdf-page-circle", "履歴書.pdf", "broken", lambda: pdf(kids=b"2 0 R")),
    Sample("pdf-deep", "履歴書.pdf", "endless", lambda: pdf(b"[" * 20_000 + b"]" * 20_000)),
    Sample("pdf-html-first", "履歴書.pdf", "kind", lambda: HTML + pdf()),
    Sample("pdf-gif-first", "履歴書.pdf", "kind", lambda: b"GIF89a" + pdf()),
)

BAD_OFFICE = (
    Sample("docm", "志望動機.docm", "macro", lambda: package("application/vnd.ms-word.document.macroEnabled.main+xml")),
    Sample("docm-named-docx", "志望動機.docx", "macro", lambda: package(DOCX, ("word/vbaProject.bin", OLD))),
    Sample("xlsm", "経歴.xlsx", "macro", lambda: package("application/vnd.ms-excel.sheet.macroEnabled.main+xml")),
    Sample("macro-elsewhere", "経歴.xlsx", "macro", lambda: package(XLSX, ("xl/A/VBAPROJECT.BIN", OLD))),
    Sample(
        "macro-sheet",
        "経歴.xlsx",
        "macro",
        lambda: package(XLSX, declared=offices.types(XLSX, "application/vnd.ms-excel.macrosheet+xml")),
    ),
    Sample(
        "macro-by-type",
        "志望動機.docx",
        "macro",
        lambda: package(
            DOCX, ("word/x.bin", OLD), declared=offices.types(DOCX, "application/vnd.ms-office.vbaProject")
        ),
    ),
    Sample("bomb-ratio", "志望動機.docx", "bomb", lambda: package(DOCX, ("word/a.xml", b"\0" * 50_000_000))),
    Sample(
        "bomb-total",
        "志望動機.docx",
        "bomb",
        lambda: package(DOCX, *((f"word/{n}.bin", (b"%d" % n) * 3_000_000) for n in range(10, 70))),
    ),
    Sample(
        "bomb-entries", "志望動機.docx", "bomb", lambda: package(DOCX, *((f"word/{n}.xml", b"") for n in range(2000)))
    ),
    Sample("bomb-overlapping", "志望動機.docx", "bomb", offices.overlapping),
    Sample("overlapping", "志望動機.docx", "broken", lambda: offices.overlapping(2, 20_000)),
    Sample("size-lie", "志望動機.docx", "broken", offices.lying_about_size),
    Sample("checksum", "志望動機.docx", "broken", offices.broken_checksum),
    Sample("traversal", "志望動機.docx", "broken", lambda: package(DOCX, ("../../etc/cron.d/x", b"x"))),
    Sample("traversal-inside", "志望動機.docx", "broken", lambda: package(DOCX, ("word/../../x", b"x"))),
    Sample("traversal-absolute", "志望動機.docx", "broken", lambda: package(DOCX, ("/etc/passwd", b"x"))),
    Sample("traversal-windows", "志望動機.docx", "broken", lambda: package(DOCX, ("..\\..\\x", b"x"))),
    Sample("traversal-drive", "志望動機.docx", "broken", lambda: package(DOCX, ("C:/x", b"x"))),
    Sample("traversal-nul", "志望動機.docx", "broken", lambda: offices.renamed(b"word/nul-here", b"word/nul\0here")),
    Sample("symlink", "志望動機.docx", "broken", lambda: package(DOCX, (offices.link(), b"/etc/passwd"))),
    Sample("twice", "志望動機.docx", "broken", lambda: package(DOCX, ("word/DOCUMENT.xml", b"<other/>"))),
    Sample("odd-method", "志望動機.docx", "broken", lambda: package(method=zipfile.ZIP_BZIP2)),
    Sample("entry-password", "志望動機.docx", "encrypted", offices.locked),
    Sample("docx-cut", "志望動機.docx", "broken", lambda: package()[:-40]),
    Sample("docx-head-only", "志望動機.docx", "broken", lambda: b"PK\x03\x04" + b"\0" * 200),
    Sample(
        "entities",
        "志望動機.docx",
        "broken",
        lambda: package(declared=offices.types(DOCX, before='<!DOCTYPE a [<!ENTITY b "&b;&b;">]>')),
    ),
    Sample(
        "entities-utf-16",
        "志望動機.docx",
        "broken",
        lambda: package(
            declared=offices.types(DOCX, before='<!DOCTYPE a [<!ENTITY b "c">]>')
            .replace("UTF-8", "UTF-16")
            .encode("utf-16")
        ),
    ),
    Sample("types-missing", "志望動機.docx", "broken", lambda: package(declared=None)),
    Sample("types-nonsense", "志望動機.docx", "broken", lambda: package(declared="PK")),
    Sample("types-none", "志望動機.docx", "kind", lambda: package(declared=offices.types())),
    Sample("types-two", "志望動機.docx", "kind", lambda: package(declared=offices.types(DOCX, XLSX))),
    Sample(
        "template",
        "様式.docx",
        "kind",
        lambda: package(f"{offices.OPEN_XML}wordprocessingml.template.main+xml"),
    ),
    Sample("zip", "書類一式.zip", "broken", lambda: offices.archive(("履歴書.pdf", pdf()))),
    Sample("zip-named-docx", "書類一式.docx", "broken", lambda: offices.archive(("a.html", HTML))),
    Sample(
        "odt",
        "志望動機.odt",
        "broken",
        lambda: offices.archive(("mimetype", b"application/vnd.oasis.opendocument.text")),
    ),
    Sample("jar", "履歴書.docx", "broken", lambda: offices.archive(("META-INF/MANIFEST.MF", b"Main-Class: A"))),
    Sample("html-before-zip", "志望動機.docx", "kind", lambda: HTML + package()),
    Sample("doc", "履歴書.doc", "old", lambda: OLD),
    Sample("docx-under-password", "履歴書.docx", "old", lambda: OLD + "EncryptedPackage".encode("utf-16-le")),
)

BAD_PICTURE = (
    Sample("png-huge", "写真.png", "pixels", lambda: pictures.claiming(50_000, 50_000)),
    Sample("png-endless", "写真.png", "pixels", lambda: pictures.claiming(2**31 - 1, 2**31 - 1)),
    Sample("jpeg-over-the-limit", "写真.jpg", "pixels", lambda: pictures.blank(8000, 5001, "JPEG")),
    Sample("png-over-the-limit", "写真.png", "pixels", lambda: pictures.blank(8000, 5001)),
    Sample("png-bomb", "写真.png", "broken", pictures.with_bomb),
    Sample("png-cut", "写真.png", "broken", lambda: picture()[:-200]),
    Sample("png-checksum", "写真.png", "broken", lambda: picture().replace(b"IDAT", b"IDAX", 1)),
    Sample("png-less-than-claimed", "写真.png", "broken", lambda: pictures.claiming(3000, 3000)),
    Sample("jpeg-cut", "写真.jpg", "broken", lambda: picture(form="JPEG")[:-500]),
    Sample("jpeg-head-only", "写真.jpg", "broken", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
    Sample("svg", "写真.svg", "kind", lambda: SVG),
    Sample("svg-named-png", "写真.png", "kind", lambda: SVG),
    Sample("gif", "写真.gif", "kind", lambda: picture("P", form="GIF")),
    Sample("bmp", "写真.bmp", "kind", lambda: picture(form="BMP")),
    Sample("tiff", "写真.tif", "kind", lambda: picture(form="TIFF")),
    Sample("webp", "写真.webp", "kind", lambda: picture(form="WEBP")),
    Sample("heic", "IMG_0001.HEIC", "heic", pictures.heic),
    Sample("heic-named-jpg", "IMG_0001.jpg", "heic", pictures.heic),
)

STRANGE = (
    Sample("html", "履歴書.html", "kind", lambda: HTML),
    Sample("html-named-pdf", "履歴書.pdf", "kind", lambda: HTML),
    Sample("html-named-jpg", "写真.jpg", "kind", lambda: b"\xef\xbb\xbf" + HTML),
    Sample("xml", "履歴書.xml", "kind", lambda: b'<?xml version="1.0"?><a/>'),
    Sample("script", "履歴書.js", "kind", lambda: b"alert(1)"),
    Sample("shell", "履歴書.pdf", "kind", lambda: b"#!/bin/sh\nrm -rf /\n"),
    Sample("exe-named-pdf", "履歴書.pdf", "kind", lambda: b"MZ\x90\0" + b"\0" * 2000),
    Sample("elf-named-docx", "履歴書.docx", "kind", lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 2000),
    Sample("lnk", "履歴書.pdf.lnk", "kind", lambda: b"L\0\0\0\x01\x14\x02\0" + b"\0" * 200),
    Sample("text", "履歴書.txt", "kind", "履歴書\n山田 太郎".encode),
    Sample("text-sjis", "履歴書.txt", "kind", lambda: "履歴書\n山田 太郎".encode("cp932")),
    Sample("csv", "一覧.csv", "kind", lambda: b"a,b\n1,2\n"),
    Sample("rtf", "履歴書.rtf", "kind", lambda: rb"{\rtf1\ansi hello}"),
    Sample("gzip", "履歴書.pdf", "kind", lambda: gzip.compress(pdf())),
    Sample("rar", "一式.rar", "kind", lambda: b"Rar!\x1a\x07\x01\0" + b"\0" * 100),
    Sample("7z", "一式.7z", "kind", lambda: b"7z\xbc\xaf\x27\x1c" + b"\0" * 100),
    Sample("mp4", "自己紹介.mp4", "kind", lambda: b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2" + b"\0" * 100),
    Sample("eml", "応募.eml", "kind", lambda: b"From: a@example.jp\r\nSubject: x\r\n\r\nx"),
    Sample("eicar", "履歴書.pdf", "kind", lambda: EICAR),
    Sample("nul", "履歴書.pdf", "kind", lambda: b"\0" * 5000),
    Sample("one-byte", "履歴書.pdf", "kind", lambda: b"%"),
    Sample("empty", "履歴書.pdf", "empty", lambda: b""),
    Sample("over-the-limit", "論文.pdf", "size", lambda: pdfs.of_size(LARGEST) + b"\n"),
)

CORPUS = (*GOOD, *ACTING, *BAD_PDF, *BAD_OFFICE, *BAD_PICTURE, *STRANGE)

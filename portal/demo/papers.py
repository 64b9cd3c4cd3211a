"""What the demo's talents hand in: small PDFs, Word files and pictures, written here."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

from portal.demo.talents import Registered
from portal.files.kinds import DOCX, JPEG, PDF, FileKind

WIDTH = 38  # full-width characters on a line of the page
LETTERS = ("志望理由書", "参加の動機", "応募の動機", "推薦状")
TOLD = {
    "語学力を証明する書類": "下記の試験の結果を証明します。",
    "語学証明書": "下記の試験の結果を証明します。",
    "業務経歴一覧": "これまでに担当した業務を、新しい順に記します。",
    "研修計画の例": "3日間の研修を想定し、目標、内容、教材、評価の方法をまとめました。",
    "業務企画書": "現状の把握、課題、活動の計画、成果の測り方の順に記します。",
    "業務実施計画書": "調査の方針、体制、日程、成果品について記します。",
    "見積書": "直接人件費、直接経費、その他の原価、一般管理費の順に記します。",
    "推薦状": "次の者を、貴団体の募集に推薦いたします。",
}
SIZE, MARGIN, LEADING = 11, 64, 21  # points
JAPAN = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 6>>"
MEASURES = b"/FontBBox[-92 -250 1010 922]/Ascent 752/Descent -221/CapHeight 737"
DOCUMENT = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


def paper(document: str, talent: Registered, lines: Sequence[str]) -> tuple[str, FileKind, bytes]:
    """Its name as the person called it, its kind, its bytes. `lines` are what it says beside its head."""
    if document == "顔写真":
        return f"顔写真_{talent.name_roman}.jpg", JPEG, portrait(talent)
    whole = [document, "", f"氏名　{talent.name}", "", TOLD.get(document, ""), "", *lines]
    if document in LETTERS:
        return f"{document}_{talent.name}.docx", DOCX, docx(whole)
    return f"{document}（{talent.name}）.pdf", PDF, pdf([part for line in whole for part in _folded(line)])


def _folded(line: str) -> list[str]:
    return [line[start : start + WIDTH] for start in range(0, max(len(line), 1), WIDTH)]


def pdf(lines: Sequence[str]) -> bytes:
    """One page of A4. The Japanese font is the reader's own: nothing is embedded, and the file stays small."""
    text = b"BT /F1 %d Tf %d TL %d %d Td " % (SIZE, LEADING, MARGIN, 842 - MARGIN)
    text += b" ".join(b"<%s> Tj T*" % line.encode("utf-16-be").hex().encode() for line in lines) + b" ET"
    font = b"HeiseiKakuGo-W5"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/UniJIS-UTF16-H/DescendantFonts[6 0 R]>>" % font,
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/%s/FontDescriptor 7 0 R/DW 1000/CIDSystemInfo %s>>"
        % (font, JAPAN),
        b"<</Type/FontDescriptor/FontName/%s/Flags 4/ItalicAngle 0/StemV 114%s>>" % (font, MEASURES),
    )
    made, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(made), len(objects) + 1
    made += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(made)


def docx(lines: Sequence[str]) -> bytes:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    paragraphs = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in lines)
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{relations}"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}" Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": f'<w:document xmlns:w="{DOCUMENT}"><w:body>{paragraphs}</w:body></w:document>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            whole = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}'
            archive.writestr(zipfile.ZipInfo(name), whole, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def portrait(talent: Registered) -> bytes:
    """A drawn head and shoulders of 3 to 4, in colours of the person's own."""
    tone = sum(map(ord, talent.name_roman))
    picture = Image.new("RGB", (360, 480), (226 + tone % 20, 232, 238))
    draw = ImageDraw.Draw(picture)
    coat, hair = (40 + tone % 50, 52 + tone % 40, 84 + tone % 60), (34 + tone % 30, 28 + tone % 16, 26)
    draw.ellipse((30, 340, 330, 640), fill=coat)
    draw.polygon([(150, 350), (210, 350), (180, 440)], fill=(250, 250, 250))
    draw.rectangle((152, 280, 208, 360), fill=(238, 203, 178))
    draw.ellipse((98, 96, 262, 300 if tone % 2 else 286), fill=hair)
    draw.ellipse((112, 130, 248, 312), fill=(244, 214, 190))
    draw.pieslice((104, 92, 256, 236), 180, 360, fill=hair)
    for left in (144, 202):
        draw.ellipse((left, 214, left + 14, 224), fill=(40, 34, 32))
    draw.arc((154, 236, 206, 276), 30, 150, fill=(170, 96, 88), width=4)
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=88)
    return made.getvalue()

"""添付ファイル・画像: the same for jobs, events and notices."""

from portal.files.kinds import IMAGE_KINDS, PAPER_KINDS, spell
from portal.publishing.shapes import Field, Section, Type

MOST_FILES = 5
IMAGES = "images"

FILES = Section(
    "files",
    "添付ファイル・画像",
    (
        Field(
            "attachments",
            "添付ファイル",
            Type.files,
            high=MOST_FILES,
            cells=(Field("words", "表示名", Type.text, required=True, high=100, width="w-full"),),
            hint=f"{spell(PAPER_KINDS)}。1つ10MBまで。作成者名などファイルに残る情報も公開されます。"
            "募集の条件は、添付ファイルだけでなく上の欄にも入力してください。",
        ),
        Field(
            IMAGES,
            "画像",
            Type.files,
            high=MOST_FILES,
            cells=(
                Field("words", "代替テキスト", Type.text, required=True, high=200, width="w-full"),
                Field("caption", "キャプション", Type.text, high=200, width="w-full"),
            ),
            hint=f"{spell(IMAGE_KINDS)}。1つ10MBまで。位置情報などを除き、長い辺を1,200画素までに縮めて公開します。"
            "代替テキストは、画像が見えない人に内容を伝える文です。",
        ),
    ),
)

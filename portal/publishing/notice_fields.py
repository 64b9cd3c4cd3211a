"""団体からのお知らせ."""

from portal import codes
from portal.publishing.application_fields import posting_section
from portal.publishing.file_fields import FILES
from portal.publishing.shapes import Field, Section, Type

SECTIONS = (
    Section(
        "body",
        "内容",
        (
            Field("category", "区分", Type.choice, required=True, choices=codes.NOTICE_CATEGORIES, width="wi-12"),
            Field("title", "タイトル", Type.text, required=True, low=5, high=100, hint="5〜100文字"),
            Field("body", "本文", Type.prose, required=True, low=30, high=5000, hint="30〜5,000文字"),
            Field("link", "リンク", Type.url, hint="https:// で始まるアドレスを入力してください。"),
        ),
    ),
    FILES,
    posting_section(end_hint="入力しない場合は掲載から90日後です。"),
)

"""The three kinds of entries in the manual's words: all that differs between their pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.states import Kind


@dataclass(frozen=True)
class Room:
    kind: Kind
    slug: str  # in addresses and endpoints
    thing: str
    menu: str  # what the menu of 「情報を掲載する」 says
    form: str  # the form's title
    list: str
    confirm: str
    submit: str  # the button that hands in
    icon: str
    takes_applications: bool = True

    @property
    def pages(self) -> str:
        return f"organization_{self.slug}"

    @property
    def files_at(self) -> str:
        """Where members find the files of the organization's entries, by the file's id."""
        return f"/mypage/{self.slug}/files/"

    @property
    def writing(self) -> str:
        return f"organization_{self.slug}_form"


ROOMS: Mapping[Kind, Room] = {
    Kind.job: Room(
        kind=Kind.job,
        slug="jobs",
        thing="求人情報",
        menu="求人情報掲載",
        form="求人情報掲載",
        list="求人情報一覧",
        confirm="求人情報 内容確認",
        submit="登録",
        icon="brief",
    ),
    Kind.event: Room(
        kind=Kind.event,
        slug="events",
        thing="研修・イベント・セミナー情報",
        menu="研修・イベント・セミナー情報掲載",
        form="研修・イベント・セミナー情報掲載",
        list="研修・イベント・セミナー情報一覧",
        confirm="研修・イベント・セミナー情報 内容確認",
        submit="登録",
        icon="cal",
    ),
    Kind.notice: Room(
        kind=Kind.notice,
        slug="notices",
        thing="お知らせ情報",
        menu="お知らせ情報登録",
        form="団体からのお知らせ情報登録",
        list="お知らせ一覧",
        confirm="団体からのお知らせ 登録・編集",
        submit="掲載申請する",
        icon="mega",
        takes_applications=False,
    ),
}

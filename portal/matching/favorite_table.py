"""「人材お気に入り一覧」 as a sheet. Of who went private it holds the organization's own notes alone."""

from collections.abc import Iterator

from portal.actors import Actor
from portal.matching import favorite_list, outlines
from portal.matching.favorite_list import Kept
from portal.sheets import Cell

TITLE = "人材お気に入り一覧"
PROFILE = ("分野課題", "実務経験年数", "語学", "海外業務経験", "希望", "オファーメール", "更新日時")
HEAD = ("登録コード", "公開", "ラベル", "次回確認日", "メモ", "登録日時", "登録者", *PROFILE)


def rows(*, actor: Actor) -> Iterator[list[Cell]]:
    return (_row(kept) for kept in favorite_list.every(actor=actor))


def _row(kept: Kept) -> list[Cell]:
    own: list[Cell] = [kept.label, kept.next_on, kept.note, kept.created_at, kept.by]
    profile = kept.profile
    if profile is None:
        return [kept.code, "非公開", *own, *([None] * len(PROFILE))]
    return [
        kept.code,
        "公開",
        *own,
        outlines.fields_of(profile.fields),
        profile.years_total,
        outlines.languages_of(profile.languages, most=None),
        outlines.countries_of(profile.experiences),
        outlines.wishes_of(profile.wish_countries, profile.wish_kinds),
        "受け取る" if profile.accepts_offers else "受け取らない",
        profile.updated_at,
    ]

"""What routes about talents are asked for: a published profile, a favorite with a note, a saved search."""

from models.base import db
from models.favorites import Favorite, SavedSearch
from models.talents import Talent
from portal.database import begin_write
from portal.matching import favorites, profiles, saved_searches
from portal.matching.search import TalentQuery
from tests.access.asked import Asked, Target
from tests.access.world import World
from tests.matching.people import publish


def code_of(world: World) -> str:
    """Of a talent who publishes the profile."""
    talent = profiles.own(world.actors["talent"])
    begin_write()
    profile = db.session.get_one(Talent, talent.id)
    profile.is_public = True
    db.session.commit()
    return profile.code


def published(world: World, _who: str) -> Asked:
    return Asked({"code": code_of(world)})


def chosen(world: World, _who: str) -> Asked:
    return Asked(data={"codes": code_of(world)})


def favorite(world: World, who: str) -> tuple[str, Favorite]:
    """Somebody whom this person's organization alone has marked."""
    code = publish(world.make).code
    begin_write()
    favorites.mark(code, actor=world.actors[who], now=world.now)
    db.session.commit()
    return code, favorites.find(code, actor=world.actors[who])


def marked(world: World, who: str) -> Asked:
    return Asked({"code": favorite(world, who)[0]})


def noted(world: World, who: str) -> Asked:
    code, kept = favorite(world, who)
    data = {"revision": kept.revision, "note": "来月の説明会に誘う", "label": "水", "next_on": "2030-01-15"}
    return Asked({"code": code}, data)


def a_search(world: World, who: str) -> SavedSearch:
    begin_write()
    query, name = TalentQuery(keyword="給水"), f"給水 {world.next_number()}"
    for earlier in saved_searches.listed(actor=world.actors[who])[10:]:  # there is a most
        saved_searches.remove(earlier.id, actor=world.actors[who], now=world.now)
    saved = saved_searches.save(name, query, actor=world.actors[who], now=world.now)
    db.session.commit()
    return saved


def saved(world: World, who: str) -> Asked:
    return Asked({"search_id": a_search(world, who).id})


def renamed(world: World, who: str) -> Asked:
    return Asked({"search_id": a_search(world, who).id}, {"name": f"新しい名前 {world.next_number()}"})


def switched(world: World, who: str) -> Asked:
    return Asked({"search_id": a_search(world, who).id}, {"on": "1"})


def kept(world: World, _who: str) -> Asked:
    return Asked(data={"name": f"新しい検索 {world.next_number()}"})


TARGETS: dict[str, Target] = {
    "organization_talents.detail": published,
    "organization_marks.mark": published,
    "organization_marks.unmark": marked,
    "organization_marks.add": chosen,
    "organization_marks.remove": marked,
    "organization_marks.note": marked,
    "organization_marks.save_note": noted,
    "organization_searches.open": saved,
    "organization_saving.add": kept,
    "organization_saving.rename": renamed,
    "organization_saving.remove": saved,
    "organization_saving.digest": switched,
}

"""A03, G6: an organization without legal personality is told why it may not look for talents, whatever it tries."""

import re

import pytest
from flask import Flask, url_for
from sqlalchemy import update

from models.base import db
from models.organizations import Organization
from portal.codes import NO_LEGAL_PERSONALITY
from portal.database import begin_write
from portal.matching.viewing import NOT_FOR_GROUPS
from tests.abuse.conftest import Scene
from tests.access.world import digest
from tests.recruiting.builders import applied, profile_of

# Routes of the manual's chapter 3: looking for talents, opening them, marking them, writing to them.
TALENTS = re.compile(r"^/mypage/(talents|favorites|offers)\b")


def routes(site: Flask) -> list[tuple[str, str]]:
    return [
        (rule.endpoint, method)
        for rule in site.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if TALENTS.match(rule.rule)
    ]


def test_every_route_to_talents_says_why_and_writes_nothing(scene: Scene) -> None:
    group = scene.make.member(scene.make.organization("任意団体の会", org_type=NO_LEGAL_PERSONALITY))
    begin_write()
    profile_of(scene.talent).is_public = True
    db.session.commit()
    code = profile_of(scene.talent).code
    browser, before = scene.browser(group), digest()
    tried = 0
    for endpoint, method in routes(scene.site):
        with scene.site.test_request_context():
            arguments = dict.fromkeys(scene.site.url_map._rules_by_endpoint[endpoint][0].arguments, code)
            address = url_for(endpoint, **arguments)
        answer = browser.open(address, method=method)
        tried += 1
        assert (answer.status_code, NOT_FOR_GROUPS in answer.text) == (403, True), endpoint
        assert "青木" not in answer.text
    assert tried >= 1
    assert digest() == before, "no letter, no trail of a view, nothing"


@pytest.mark.parametrize("parameter", ["?org_type=07", "?organization=1", "?as=owner"])
def test_no_parameter_opens_it(scene: Scene, parameter: str) -> None:
    group = scene.make.member(scene.make.organization(org_type=NO_LEGAL_PERSONALITY))
    code = profile_of(scene.talent).code
    answer = scene.browser(group).get(f"/mypage/talents/{code}/{parameter}")
    assert (answer.status_code, NOT_FOR_GROUPS in answer.text) == (403, True)


def test_its_own_applicants_it_reads_all_the_same(scene: Scene) -> None:
    """What was sent to it is its own; only the way to the published profile is not there."""
    group = scene.make.member(scene.make.organization(org_type=NO_LEGAL_PERSONALITY))
    version = scene.ago.published(actor=group, documents=[])
    begin_write()
    profile_of(scene.talent).is_public = True
    db.session.commit()
    key, entry_id = applied(version, scene.talent, now=scene.make.now).id, version.entry_id
    browser, code = scene.browser(group), profile_of(scene.talent).code
    db.session.rollback()
    for place in (f"/mypage/applications/{entry_id}/", f"/mypage/applications/detail/{key}/"):
        page = browser.get(place)
        assert (page.status_code, "青木 千尋" in page.text, code in page.text) == (200, True, False), place


def test_who_becomes_one_is_refused_at_the_next_request(scene: Scene) -> None:
    begin_write()
    profile_of(scene.talent).is_public = True
    db.session.commit()
    code, browser = profile_of(scene.talent).code, scene.browser(scene.owner)
    assert browser.get(f"/mypage/talents/{code}/").status_code == 200
    begin_write()
    changed = update(Organization).where(Organization.id == scene.owner.organization_id)
    db.session.execute(changed.values(org_type=NO_LEGAL_PERSONALITY))
    db.session.commit()
    assert browser.get(f"/mypage/talents/{code}/").status_code == 403

"""A registration that passes every check, and the steps that many tests take."""

from typing import Any

from models.base import db
from models.organizations import Organization
from models.registrations import RegistrationVersion
from portal.actors import Actor
from portal.database import begin_write
from portal.registry import changes, contents
from portal.registry.changes import Split
from tests.make import Maker

DAYS = 3
SUMMARY = (
    "東南アジアの農村で、給水施設の整備と衛生の普及に取り組む団体です。現地の住民組織や行政と協力し、"
    "井戸の掘削、水質の検査、手洗いの習慣づくりを進めています。"
)
CONTENT: dict[str, Any] = {
    "name": "特定非営利活動法人 みずの会",
    "name_kana": "トクテイヒエイリカツドウホウジン　ミズノカイ",
    "name_en": "Mizu no Kai",
    "short_name": "みずの会",
    "org_type": "07",
    "legal_form": "npo",
    "hq_country": "JP",
    "corporate_no": "7000012050002",
    "postal": "112-0006",
    "prefecture": "東京都",
    "city": "文京区",
    "street": "小日向1-2-3",
    "building": "みどりビル4階401",
    "phone": "03-1234-5678",
    "public_email": "info@example.org",
    "contact_url": "",
    "website": "https://example.org",
    "social_links": [],
    "founded": "2008-04",
    "rep_name": "佐藤 美咲",
    "rep_title": "代表理事",
    "staff_japan": 12,
    "staff_abroad": None,
    "summary": SUMMARY,
    "contact_dept": "事務局",
    "contact_title": "",
    "contact_name": "田村 健太",
    "contact_kana": "タムラ　ケンタ",
    "contact_phone": "03-1234-5679",
    "contact_email": "tamura@example.org",
    "notify_emails": [],
    "complaint_contact": "事務局 03-1234-5678",
    "fields": ["03"],
    "countries": ["LA"],
    "activity": SUMMARY,
    "achievements": [],
    "talent_use_plan": "現地に派遣する技術者と、東京の事務局で広報を担当する職員の募集に活用します。",
}
ACHIEVEMENT = {
    "begin": "2019-04",
    "end": "2021-03",
    "name": "村落給水施設の整備",
    "country": "LA",
    "field": "03",
    "funder": "日本NGO連携無償資金協力",
    "text": "12村で井戸を掘削しました。",
}


def registered(make: Maker, **over: Any) -> Organization:
    return make.organization(**(CONTENT | over))


def edit(organization: Organization, key: str, *, actor: Actor, make: Maker, revision: int = 0, **values: Any) -> Split:
    """One edit of a section by a member, from the form to its commit."""
    begin_write()
    fresh = db.session.get_one(Organization, organization.id, populate_existing=True)
    found = changes.save(
        key,
        revision or getattr(fresh, f"{key}_revision"),
        contents.read(fresh) | values,
        organization=fresh,
        actor=actor,
        now=make.now,
        days=DAYS,
    )
    db.session.commit()
    return found


def open_change(organization: Organization, actor: Actor) -> RegistrationVersion:
    found = changes.open_change(organization.id, actor=actor)
    assert found is not None
    return found

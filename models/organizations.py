"""Organizations (団体): who posts."""

import re
import unicodedata
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import Base
from models.people import Account

# What stands before or behind a name and tells only the form; longer ones first, for they hold shorter ones.
LEGAL_WORDS = re.compile(
    "認定特定非営利活動法人|特定非営利活動法人|地方独立行政法人|独立行政法人|国立大学法人|公立大学法人|医療法人社団|医療法人財団"
    "|一般社団法人|一般財団法人|公益社団法人|公益財団法人|社会福祉法人|認定npo法人|npo法人|学校法人|宗教法人|医療法人|社団法人"
    "|財団法人|株式会社|有限会社|合同会社|任意団体"
    r"|\((?:株|有|合|社|財|一社|一財|公社|公財|特非|独|学|医|福)\)"
)
NOT_SAID = re.compile(r"[\W_]")


def name_key(name: str) -> str:
    """A name as duplicates are looked for: without width, case, spaces, signs and the words of the legal form."""
    folded = unicodedata.normalize("NFKC", name).lower()
    return NOT_SAID.sub("", LEGAL_WORDS.sub("", folded)) or NOT_SAID.sub("", folded)


class Organization(Base):
    """A registered organization. `org_type` is a code of 団体種別; it decides rights (JICA, 法人格無).

    What its registration says are the fields of `portal.registry.registration_fields`, by the same names. Each section
    counts its own changes, so that two members who edit different ones are not in each other's way.
    """

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(default="")  # kept by `name`
    name_kana: Mapped[str] = mapped_column(default="")
    name_en: Mapped[str] = mapped_column(default="")
    short_name: Mapped[str] = mapped_column(default="")
    org_type: Mapped[str]
    legal_form: Mapped[str] = mapped_column(default="")
    corporate_no: Mapped[str] = mapped_column(default="")
    hq_country: Mapped[str] = mapped_column(default="JP")
    postal: Mapped[str] = mapped_column(default="")
    prefecture: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    building: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    public_email: Mapped[str] = mapped_column(default="")
    contact_url: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    social_links: Mapped[list[Any]] = mapped_column(default=list)  # [{url}]
    founded: Mapped[str] = mapped_column(default="")  # "2008-04"
    rep_name: Mapped[str] = mapped_column(default="")
    rep_title: Mapped[str] = mapped_column(default="")
    staff_japan: Mapped[int | None]
    staff_abroad: Mapped[int | None]
    summary: Mapped[str] = mapped_column(default="")
    organization_revision: Mapped[int] = mapped_column(default=1)

    # not public: whom the secretariat asks, and who is told what happens
    contact_dept: Mapped[str] = mapped_column(default="")
    contact_title: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str] = mapped_column(default="")
    contact_kana: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    notify_emails: Mapped[list[Any]] = mapped_column(default=list)  # [{email}]
    complaint_contact: Mapped[str] = mapped_column(default="")
    contact_revision: Mapped[int] = mapped_column(default=1)

    fields: Mapped[list[Any]] = mapped_column(default=list)
    countries: Mapped[list[Any]] = mapped_column(default=list)
    activity: Mapped[str] = mapped_column(default="")
    achievements: Mapped[list[Any]] = mapped_column(default=list)  # [{begin, end, name, country, field, funder, text}]
    talent_use_plan: Mapped[str] = mapped_column(default="")
    activity_revision: Mapped[int] = mapped_column(default=1)

    created_at: Mapped[datetime]
    # When a member last said that all of this is still true.
    confirmed_at: Mapped[datetime | None]
    # While set, its members cannot log in and nothing of it is public.
    suspended_at: Mapped[datetime | None]

    members: Mapped[list[Account]] = relationship(back_populates="organization", order_by=Account.id)

    __table_args__ = (Index(None, "name"), Index(None, "name_key"), Index(None, "corporate_no"))

    @validates("name")
    def _keep_key(self, _key: str, name: str) -> str:
        self.name_key = name_key(name)
        return name

    @property
    def address(self) -> str:
        return f"{self.prefecture}{self.city}{self.street} {self.building}".strip()

    @hybrid_property
    def display_name(self) -> str:
        return self.short_name or self.name

    @display_name.inplace.expression
    @classmethod
    def _display_name(cls) -> ColumnElement[str]:
        return func.coalesce(func.nullif(cls.short_name, ""), cls.name)

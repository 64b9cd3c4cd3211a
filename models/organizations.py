"""Organizations (団体): who posts."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import Account


class Organization(Base):
    """A registered organization. `org_type` is a code of 団体種別; it decides rights (JICA, 法人格無)."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
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
    website: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    # While set, its members cannot log in and nothing of it is public.
    suspended_at: Mapped[datetime | None]

    members: Mapped[list[Account]] = relationship(back_populates="organization", order_by=Account.id)

    __table_args__ = (Index(None, "name"),)

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

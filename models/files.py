"""Files that people handed in or that the portal made for them. The bytes are in the store, under `key`."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, enum_column
from models.states import Scan


class StoredFile(Base):
    """A row exists only when the bytes do. Who may read it is decided by what refers to it, at each request."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # 32 hex digits, random
    name: Mapped[str]  # as the person called it: shown, never used as a path
    media_type: Mapped[str]  # from our table of accepted kinds, never the browser's word
    size: Mapped[int]  # bytes
    sha256: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    scan: Mapped[Scan] = mapped_column(enum_column(Scan), default=Scan.unscanned)
    created_at: Mapped[datetime]
    # Nothing refers to it any more; the bytes go some days later.
    dropped_at: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (
        Index(
            "ix_stored_file_waiting",
            "id",
            sqlite_where=text("scan IN ('unscanned','pending')"),
            postgresql_where=text("scan IN ('unscanned','pending')"),
        ),
    )

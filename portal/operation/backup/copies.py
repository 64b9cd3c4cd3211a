"""One copy is a folder: the database, the files, and last of all the manifest, without which it is no copy.

The database comes first: a file is kept some days after nothing refers to it, so that every file of that moment is
still there. Files never change; what an earlier copy beside it has is linked to, not copied.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from portal.clock import local
from portal.errors import Refused
from portal.operation import schema
from portal.operation.backup import dumps
from portal.settings import Settings
from portal.storage import Store, store_at

PREFIX = "partner-"
PART = ".part"
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024
Say = Callable[[str], None]


@dataclass
class Manifest:
    """`tables`: rows and SHA-256; `files`: size and SHA-256 by key; `database` is the SHA-256 of its file."""

    made_at: str
    revision: str
    is_sqlite: bool
    database: str = ""
    tables: dict[str, tuple[int, str]] = field(default_factory=dict)
    files: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(count for count, _digest in self.tables.values())


def make(settings: Settings, folder: Path, *, now: datetime, say: Say) -> Path:
    """Copies everything to a new folder in `folder`; returns it. Raises Refused when something is missing."""
    final = folder / f"{PREFIX}{local(now):%Y%m%d-%H%M%S}"
    part = final.with_name(f"{PART}-{final.name}")
    earlier = newest(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part.mkdir(mode=0o700)
    try:
        manifest = Manifest(now.isoformat(), schema.present(settings) or "", settings.is_sqlite)
        database = part / dumps.NAMES[settings.is_sqlite]
        tables, files = dumps.dump(settings, database)
        manifest.tables, manifest.database = dict(tables), digest_of(database)
        say(f"データベース：{len(tables)}表、{manifest.rows:,}行")
        _copy_files(store_at(settings.storage_url), files, part, earlier, manifest)
        say(f"ファイル：{len(manifest.files):,}件")
        (part / MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False))
        (part / MANIFEST).chmod(0o600)
        os.sync()
        part.rename(final)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return final


def _copy_files(
    store: Store, files: list[tuple[str, bool]], target: Path, earlier: Path | None, manifest: Manifest
) -> None:
    """`files`: keys, and whether something refers to them; of the others some may be gone already."""
    before = read(earlier).files if earlier else {}
    (target / "files").mkdir(mode=0o700)
    for key, must_be_there in files:
        copy = place(target, key)
        copy.parent.mkdir(exist_ok=True, mode=0o700)
        if earlier and key in before and place(earlier, key).is_file():
            copy.hardlink_to(place(earlier, key))
            manifest.files[key] = before[key]
            continue
        try:
            with store.open(key) as source, copy.open("xb") as file:
                copy.chmod(0o600)
                manifest.files[key] = _copy(source, file)
        except FileNotFoundError:
            if must_be_there:
                raise Refused(f"ファイル {key} が保存先にありません。portal doctor で確認してください。") from None


def restore(settings: Settings, source: Path, *, say: Say) -> Manifest:
    """Into an empty database and to the place of files. Raises Refused before anything is written when the copy is
    damaged, and afterwards when what was written is not what was copied."""
    manifest = verify(source)
    say("控えは壊れていません。")
    if manifest.is_sqlite != settings.is_sqlite:
        kind = "SQLite" if manifest.is_sqlite else "PostgreSQL"
        raise Refused(f"この控えは {kind} のものです。PORTAL_DATABASE_URL を確認してください。")
    found = dict(dumps.load(settings, source / dumps.NAMES[settings.is_sqlite]))
    if differing := different(manifest.tables, found):
        raise Refused(f"復元したデータベースが控えと一致しません（{'、'.join(differing)}）。")
    say(f"データベース：{len(found)}表、{manifest.rows:,}行が控えと一致しました。")
    store = store_at(settings.storage_url)
    for key, (_size, digest) in manifest.files.items():
        with place(source, key).open("rb") as file:
            store.put(key, file)
        with store.open(key) as file:
            if _digest(file) != digest:
                raise Refused(f"復元したファイル {key} が控えと一致しません。")
    say(f"ファイル：{len(manifest.files):,}件が控えと一致しました。")
    return manifest


def verify(source: Path) -> Manifest:
    """Raises Refused when anything of the copy is not as it was made."""
    manifest = read(source)
    if digest_of(source / dumps.NAMES[manifest.is_sqlite]) != manifest.database:
        raise Refused("控えのデータベースが壊れています。別の控えを使ってください。")
    for key, (_size, digest) in manifest.files.items():
        try:
            intact = digest_of(place(source, key)) == digest
        except FileNotFoundError:
            intact = False
        if not intact:
            raise Refused(f"控えのファイル {key} が壊れています。別の控えを使ってください。")
    return manifest


def different(one: dict[str, tuple[int, str]], other: dict[str, tuple[int, str]]) -> list[str]:
    """Tables that are not the same in both."""
    return sorted(name for name in one.keys() | other.keys() if tuple(one.get(name, ())) != tuple(other.get(name, ())))


def read(source: Path) -> Manifest:
    try:
        return Manifest(**json.loads((source / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError):
        raise Refused(f"{source} は控えではありません。") from None


def newest(folder: Path) -> Path | None:
    return max(_copies(folder), default=None)


def forget(folder: Path, *, days: int, now: datetime) -> list[str]:
    """Removes copies that are older, but never the newest one; returns their names."""
    last = newest(folder)
    old = [
        copy
        for copy in _copies(folder)
        if copy != last and datetime.fromisoformat(read(copy).made_at) < now - timedelta(days=days)
    ]
    for copy in old:
        shutil.rmtree(copy)
    return [copy.name for copy in old]


def _copies(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from sorted(
            path for path in folder.iterdir() if path.name.startswith(PREFIX) and (path / MANIFEST).is_file()
        )


def place(copy: Path, key: str) -> Path:
    return copy / "files" / key[:2] / key


def _copy(source: BinaryIO, target: BinaryIO) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while block := source.read(CHUNK):
        size += target.write(block)
        digest.update(block)
    return size, digest.hexdigest()


def _digest(source: BinaryIO) -> str:
    return hashlib.file_digest(cast("Any", source), "sha256").hexdigest()


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return _digest(file)

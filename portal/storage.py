"""The bytes of files, each under a random key: in a folder, or in an S3-compatible bucket; fsspec speaks to both.

What stands under a key is complete: a file that is half written, or whose writer was killed, is never seen. Whatever
goes wrong is an OSError; a key that is not there is a FileNotFoundError.
"""

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec
from flask import current_app

KEY = re.compile(r"[0-9a-f]{32}")
SHARDS = tuple(f"{number:02x}" for number in range(256))
PART = ".part-"  # what a folder's files are called until they are whole
CHUNK = 1024 * 1024
# One GET for what people hand in; parts of this size for what the portal made.
BLOCK = 16 * 1024 * 1024
PATIENCE = {"connect_timeout": 3, "read_timeout": 20, "retries": {"max_attempts": 2}}


@dataclass(frozen=True)
class Found:
    key: str
    modified_at: datetime


class Store:
    """What both kinds share. `root` is a path without scheme; a key's path is root/ab/abcd…"""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")

    @property
    def files(self) -> Any:
        """The file system. Looked up each time: fsspec keeps one for each process, as S3's does not outlive a fork."""
        raise NotImplementedError

    def put(self, key: str, source: BinaryIO) -> None:
        """Stores what `source` holds from where it stands; when that fails, nothing is there."""
        raise NotImplementedError

    def open(self, key: str) -> BinaryIO:
        """A seekable file on this machine. FileNotFoundError when there is none."""
        raise NotImplementedError

    def delete(self, key: str) -> None:
        """Nothing happens when it is gone already."""
        with suppress(FileNotFoundError):
            self.files.rm_file(self.path(key))

    def keys(self) -> Iterator[str]:
        return (found.key for found in self.found())

    def found(self) -> Iterator[Found]:
        """Every key with the time of its bytes, a part of them in memory at a time."""
        for entries in self._listings():
            for entry in entries:
                key = entry["name"].rpartition("/")[2]
                if KEY.fullmatch(key) and entry["name"] == self.path(key):
                    yield Found(key, _modified_at(entry))

    def _listings(self) -> Iterator[Iterable[dict[str, Any]]]:
        raise NotImplementedError

    def leftovers(self, before: datetime) -> int:
        """Removes what writers that were killed before then left behind; returns how much."""
        return 0

    def try_out(self) -> None:
        """Writes a few bytes and removes them again."""
        probe = f"{self.root}/{PART}{secrets.token_hex(8)}"
        self.files.pipe_file(probe, b"ok")
        self.files.rm_file(probe)

    def path(self, key: str) -> str:
        if not KEY.fullmatch(key):
            raise ValueError("not a key of ours")
        return f"{self.root}/{key[:2]}/{key}"


def _modified_at(entry: dict[str, Any]) -> datetime:
    moment = entry.get("LastModified")
    return moment or datetime.fromtimestamp(entry["mtime"], UTC)


class Folder(Store):
    """Files of mode 0600 in folders of mode 0700: nobody but the portal's own user reads them."""

    @property
    def files(self) -> Any:
        return fsspec.filesystem("file")

    def put(self, key: str, source: BinaryIO) -> None:
        target, part = Path(self.path(key)), Path(self.root, f"{PART}{secrets.token_hex(8)}")
        self._make_root()
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                shutil.copyfileobj(source, file, CHUNK)
                file.flush()
                os.fsync(file.fileno())
            target.parent.mkdir(mode=0o700, exist_ok=True)
            part.rename(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        _sync_folder(target.parent.parent)

    def open(self, key: str) -> BinaryIO:
        return Path(self.path(key)).open("rb")

    def _listings(self) -> Iterator[Iterable[dict[str, Any]]]:
        for shard in SHARDS:
            with suppress(FileNotFoundError):
                yield self.files.ls(f"{self.root}/{shard}", detail=True)

    def leftovers(self, before: datetime) -> int:
        old = [part for part in Path(self.root).glob(f"{PART}*") if part.stat().st_mtime < before.timestamp()]
        for part in old:
            part.unlink(missing_ok=True)
        return len(old)

    def try_out(self) -> None:
        self._make_root()
        super().try_out()

    def _make_root(self) -> None:
        Path(self.root).mkdir(mode=0o700, parents=True, exist_ok=True)


def _sync_folder(folder: Path) -> None:
    """The name survives a power cut too, not only the bytes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Bucket(Store):
    """Address, region and credentials come from the usual AWS_ variables of the environment."""

    @property
    def files(self) -> Any:
        return fsspec.filesystem(
            "s3", use_listings_cache=False, default_block_size=BLOCK, default_fill_cache=False, config_kwargs=PATIENCE
        )

    def put(self, key: str, source: BinaryIO) -> None:
        with _troubles():
            target = self.files.open(self.path(key), "wb")
            try:
                shutil.copyfileobj(source, target, CHUNK)
                target.close()
            except BaseException:
                # Its own `with` would complete the object with what came so far.
                target.discard()
                target.closed = True
                raise

    def open(self, key: str) -> BinaryIO:
        copy = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  # the caller closes it
        try:
            with _troubles(), self.files.open(self.path(key), "rb") as file:
                shutil.copyfileobj(file, copy, BLOCK)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def delete(self, key: str) -> None:
        with _troubles():
            super().delete(key)

    def _listings(self) -> Iterator[Iterable[dict[str, Any]]]:
        for digit in "0123456789abcdef":
            with _troubles():
                found = self.files.find(self.root, prefix=digit, detail=True)
            yield found.values()

    def try_out(self) -> None:
        with _troubles():
            super().try_out()


@contextmanager
def _troubles() -> Iterator[None]:
    """botocore's own errors are no OSErrors."""
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415  # only those who use a bucket wait for its import

    try:
        yield
    except BotoCoreError as problem:
        raise OSError(f"the bucket does not answer: {problem}") from problem


def store_at(url: str) -> Store:
    """`file:///folder` or `s3://bucket/prefix`; nothing is opened yet."""
    scheme, _, root = url.partition("://")
    return Bucket(root) if scheme == "s3" else Folder(root)


def current() -> Store:
    """The store of the running application."""
    extensions = current_app.extensions
    if "storage" not in extensions:
        extensions["storage"] = store_at(current_app.config["PORTAL"].storage_url)
    return extensions["storage"]

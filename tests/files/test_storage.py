"""What a store promises, asked of a folder and of a bucket alike."""

import io
import os
import resource
import secrets
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from portal.demo_mail import free_port
from portal.storage import BLOCK, Store, store_at
from tests.files.conftest import BUCKET, client

KEY = "0123456789abcdef0123456789abcdef"
WRONG_KEYS = [
    "../../../etc/passwd",
    "/etc/passwd",
    "%2e%2e%2fetc%2fpasswd",
    f"../{KEY}",
    f"{KEY}/../x",
    f"{KEY}\0",
    f"{KEY}\n",
    KEY.upper(),
    KEY[:-1],
    "",
    ".",
]


class Breaking(io.BytesIO):
    """A source that is cut off after so many bytes, as an upload whose sender goes away."""

    def __init__(self, data: bytes, after: int) -> None:
        super().__init__(data)
        self.after = after

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= self.after:
            raise OSError("the sender is gone")
        return super().read(size)


class Watched(io.BytesIO):
    """Looks at the store each time it is read from."""

    def __init__(self, data: bytes, look: Callable[[], object]) -> None:
        super().__init__(data)
        self.look = look
        self.seen: list[object] = []

    def read(self, size: int | None = -1, /) -> bytes:
        self.seen.append(self.look())
        return super().read(size)


def content(store: Store, key: str) -> bytes:
    with store.open(key) as file:
        return file.read()


def is_there(store: Store, key: str) -> bool:
    try:
        store.open(key).close()
    except FileNotFoundError:
        return False
    return True


@pytest.mark.parametrize("size", [0, 1, 70_000, BLOCK, 2 * BLOCK + 1])
def test_bytes_come_back_as_they_went_in(store: Store, size: int) -> None:
    data = secrets.token_bytes(size)
    store.put(KEY, io.BytesIO(data))
    assert content(store, KEY) == data
    assert list(store.keys()) == [KEY]


def test_what_is_opened_can_be_read_again_from_the_start(store: Store) -> None:
    store.put(KEY, io.BytesIO("履歴書".encode()))
    with store.open(KEY) as file:
        first = file.read()
        assert file.seek(0) == 0
        assert file.read() == first == "履歴書".encode()


def test_a_new_store_is_empty_and_says_so(store: Store) -> None:
    assert list(store.keys()) == []
    with pytest.raises(FileNotFoundError):
        store.open(KEY)
    store.delete(KEY)
    assert store.leftovers(datetime.now(UTC)) == 0


def test_what_is_deleted_is_gone_and_may_be_deleted_again(store: Store) -> None:
    other = secrets.token_hex(16)
    store.put(KEY, io.BytesIO(b"one"))
    store.put(other, io.BytesIO(b"two"))
    store.delete(KEY)
    store.delete(KEY)
    assert not is_there(store, KEY)
    assert list(store.keys()) == [other]


def test_all_keys_are_found_with_their_time(store: Store) -> None:
    keys = {secrets.token_hex(16) for _ in range(40)}
    before = datetime.now(UTC) - timedelta(seconds=2)
    for key in keys:
        store.put(key, io.BytesIO(key.encode()))
    found = list(store.found())
    assert {one.key for one in found} == keys
    assert len(found) == len(keys)
    assert all(before <= one.modified_at <= datetime.now(UTC) + timedelta(seconds=2) for one in found)


@pytest.mark.parametrize("after", [1, 500_000, 2 * BLOCK])
def test_a_source_that_breaks_off_leaves_nothing(store: Store, store_url: str, after: int) -> None:
    with pytest.raises(OSError, match="the sender is gone"):
        store.put(KEY, Breaking(b"x" * (after + BLOCK), after))
    assert not is_there(store, KEY)
    assert list(store.keys()) == []
    if store_url.startswith("s3"):
        assert "Uploads" not in client().list_multipart_uploads(Bucket=BUCKET)
    else:
        assert [path for path in Path(store.root).rglob("*") if path.is_file()] == []


def test_nothing_is_seen_while_it_is_written(store: Store) -> None:
    source = Watched(b"x" * (BLOCK + 5), lambda: (is_there(store, KEY), list(store.keys())))
    store.put(KEY, source)
    assert len(source.seen) > 2
    assert set(map(str, source.seen)) == {str((False, []))}
    assert is_there(store, KEY)


@pytest.mark.parametrize("key", WRONG_KEYS)
def test_only_our_own_keys_lead_anywhere(store: Store, key: str) -> None:
    for act in (lambda: store.put(key, io.BytesIO(b"x")), lambda: store.open(key), lambda: store.delete(key)):
        with pytest.raises(ValueError, match="not a key of ours"):
            act()
    assert list(store.keys()) == []


def test_what_others_put_beside_is_neither_listed_nor_touched(store: Store) -> None:
    store.put(KEY, io.BytesIO(b"ours"))
    foreign = [f"{store.root}/{name}" for name in ("readme.txt", f"zz/{KEY}", f"01/{KEY}.bak", f"ff/{KEY}")]
    for path in foreign:
        store.files.makedirs(path.rpartition("/")[0], exist_ok=True)
        store.files.pipe_file(path, b"theirs")
    assert list(store.keys()) == [KEY]
    assert all(store.files.exists(path) for path in foreign)


def test_trying_out_leaves_nothing(store: Store) -> None:
    store.try_out()
    assert list(store.keys()) == []
    assert store.files.find(store.root) == []


def test_many_threads_share_one_store(store: Store) -> None:
    def act(number: int) -> bool:
        key, data = secrets.token_hex(16), secrets.token_bytes(50_000 + number)
        store.put(key, io.BytesIO(data))
        same = content(store, key) == data
        store.delete(key)
        return same

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(act, range(40)))
    assert list(store.keys()) == []


def test_a_store_outlives_the_fork_of_its_process(store: Store) -> None:
    """As web workers are forked from a parent that may have used it."""
    store.put(KEY, io.BytesIO(b"before"))
    worker = os.fork()
    if worker == 0:
        try:
            os._exit(0 if content(store, KEY) == b"before" and list(store.keys()) == [KEY] else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) == 0


# ---- only of a folder


def test_only_the_portal_reads_its_folder(tmp_path: Path) -> None:
    generous = os.umask(0)
    try:
        store = store_at(f"file://{tmp_path}/deep/files")
        store.put(KEY, io.BytesIO(b"x"))
    finally:
        os.umask(generous)
    root = tmp_path / "deep" / "files"
    assert {stat.S_IMODE(path.stat().st_mode) for path in (root, root / "01")} == {0o700}
    assert stat.S_IMODE((root / "01" / KEY).stat().st_mode) == 0o600
    assert (root / "01" / KEY).suffix == ""


def test_what_killed_writers_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    store = store_at(f"file://{tmp_path}")
    store.put(KEY, io.BytesIO(b"x"))
    old, new = tmp_path / ".part-old", tmp_path / ".part-new"
    for part in (old, new):
        part.write_bytes(b"half")
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    os.utime(old, (yesterday.timestamp(),) * 2)
    assert list(store.keys()) == [KEY]
    assert store.leftovers(datetime.now(UTC) - timedelta(hours=24)) == 1
    assert (old.exists(), new.exists(), is_there(store, KEY)) == (False, True, True)


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    store = store_at(f"file://{tmp_path}/files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            store.put(KEY, io.BytesIO(b"x" * 4_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


# ---- only of a bucket


def test_a_bucket_that_does_not_answer_is_an_error_of_the_system(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{free_port()}")
    kind = fsspec.get_filesystem_class("s3")
    kind.clear_instance_cache()
    try:
        store = store_at(f"s3://{BUCKET}/away")
        for act in (
            lambda: store.put(KEY, io.BytesIO(b"x")),
            lambda: store.open(KEY),
            lambda: store.delete(KEY),
            lambda: list(store.keys()),
            store.try_out,
        ):
            with pytest.raises(OSError, match="the bucket does not answer"):
                act()
    finally:
        kind.clear_instance_cache()


def test_a_bucket_that_is_not_there_takes_nothing(s3: str) -> None:
    store = store_at("s3://no-such-bucket/files")
    with pytest.raises(OSError, match="bucket"):
        store.put(KEY, io.BytesIO(b"x"))
    with pytest.raises(OSError, match="bucket"):
        store.try_out()

"""`portal doctor` on the place of files and on the scanner."""

import fsspec
import pytest

from portal.demo_mail import free_port
from portal.operation import doctor
from portal.settings import Settings
from portal.storage import store_at
from tests.files.conftest import BUCKET, Scanner


def test_a_bucket_that_can_be_written(s3: str) -> None:
    url = f"s3://{BUCKET}/doctor"
    result = doctor.check_storage(Settings(storage_url=url))
    assert (result.fine, result.finding) == (True, f"{url} に書き込めました。")
    assert store_at(url).files.find(f"{BUCKET}/doctor") == []


def test_a_bucket_that_is_not_there(s3: str) -> None:
    result = doctor.check_storage(Settings(storage_url="s3://no-such-bucket/x"))
    assert not result.fine
    assert "PORTAL_STORAGE_URL を確認してください。" in result.finding


def test_a_bucket_that_does_not_answer(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{free_port()}")
    kind = fsspec.get_filesystem_class("s3")
    kind.clear_instance_cache()
    try:
        result = doctor.check_storage(Settings(storage_url=f"s3://{BUCKET}/x"))
    finally:
        kind.clear_instance_cache()
    assert not result.fine
    assert "the bucket does not answer" in result.finding


def test_no_scanner_is_a_choice() -> None:
    result = doctor.check_scanner(Settings())
    assert (result.fine, result.finding) == (True, "使わない設定です（PORTAL_SCANNER）。")


def test_a_scanner_that_answers(clamd: Scanner) -> None:
    result = doctor.check_scanner(Settings(scanner=clamd.address))
    assert (result.fine, result.finding) == (True, f"{clamd.address} が応答しました。")


def test_a_scanner_that_is_away() -> None:
    result = doctor.check_scanner(Settings(scanner=f"clamd://127.0.0.1:{free_port()}"))
    assert not result.fine
    assert "PORTAL_SCANNER を確認してください。" in result.finding

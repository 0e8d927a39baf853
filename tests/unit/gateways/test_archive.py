import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lambdas.errors import ArchiveRefusedError, MissingObjectError, ServiceUnavailableError
from lambdas.gateways.archive.documents import Archive, FolderArchive, S3Archive
from lambdas.model.execution.platform import Platform

ETAG = '"of its bytes"'


class FakeS3:
    """As much of S3 as the archive asks for; `fails` is raised by every call.

    When it is `deaf`, every call is answered with nothing, and nothing is done.
    """

    def __init__(self, fails: Exception | None = None, *, deaf: bool = False) -> None:
        self.deaf = deaf
        self.objects: dict[str, bytes] = {}
        self.puts: list[dict[str, Any]] = []
        self.fails = fails

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: ARG002
        self._fail()
        if self.deaf:
            return {"Body": io.BytesIO()}
        if Key not in self.objects:
            raise an_error("NoSuchKey", "GetObject")
        return {"Body": io.BytesIO(self.objects[Key]), "ETag": ETAG}

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: ARG002
        self._fail()
        if self.deaf:
            return {}
        if Key not in self.objects:
            raise an_error("404", "HeadObject")
        return {"ETag": ETAG}

    def put_object(self, **asked: Any) -> dict[str, Any]:
        self._fail()
        self.puts.append(asked)
        if self.deaf:
            return {}
        self.objects[asked["Key"]] = asked["Body"]
        return {"ETag": ETAG}

    def get_paginator(self, _name: str) -> "FakeS3":
        return self

    def paginate(self, **asked: str) -> Iterator[dict[str, Any]]:
        self._fail()
        if self.deaf:
            yield {}
        before = asked["Prefix"]
        keys = sorted(key for key in self.objects if key.startswith(before))
        if "Delimiter" in asked:
            deeper = [key[len(before) :] for key in keys if "/" in key[len(before) :]]
            names = {key.partition("/")[0] for key in deeper}
            found = [{"Prefix": f"{before}{name}/"} for name in names]
            yield {"CommonPrefixes": found, "KeyCount": len(found)}
        for key in keys:  # a page each: the gateway pages to the end
            yield {"Contents": [{"Key": key}], "KeyCount": 1}

    def _fail(self) -> None:
        if self.fails:
            raise self.fails


def an_error(code: str, operation: str = "PutObject") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


@pytest.fixture(params=["s3", "folder"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    if request.param == "folder":
        return FolderArchive(tmp_path / "archive")
    return S3Archive("archive", client=FakeS3())  # type: ignore[arg-type]  # a fake


def test_what_was_put_can_be_read(archive: Archive) -> None:
    archive.put("orders/run/a.json", b"{}", "application/json")

    assert archive.get("orders/run/a.json") == b"{}"
    assert archive.exists("orders/run/a.json")


def test_a_missing_object_is_named(archive: Archive) -> None:
    assert not archive.exists("orders/run/a.json")
    with pytest.raises(MissingObjectError, match=r"orders/run/a\.json"):
        archive.get("orders/run/a.json")


def test_an_unfinished_run_may_be_written_over(archive: Archive) -> None:
    archive.put("orders/run/a.json", b"1", "application/json")
    archive.put("orders/run/a.json", b"2", "application/json")

    assert archive.get("orders/run/a.json") == b"2"


def test_a_finished_run_takes_the_same_bytes_again_and_no_others(archive: Archive) -> None:
    archive.put("orders/run/a.json", b"1", "application/json")
    archive.put("orders/run/manifest.json", b"{}", "application/json")

    archive.put("orders/run/a.json", b"1", "application/json")
    with pytest.raises(ArchiveRefusedError, match="finished"):
        archive.put("orders/run/a.json", b"2", "application/json")
    with pytest.raises(ArchiveRefusedError, match="finished"):
        archive.put("orders/run/manifest.json", b"2", "application/json")


def test_a_new_document_may_join_a_finished_run(archive: Archive) -> None:
    archive.put("orders/run/manifest.json", b"{}", "application/json")
    archive.put("orders/run/approval.json", b"{}", "application/json")

    assert archive.exists("orders/run/approval.json")


def test_lists_may_be_replaced(archive: Archive) -> None:
    archive.put("orders/run/manifest.json", b"{}", "application/json")
    archive.put("orders/latest.json", b"1", "application/json", replace=True)
    archive.put("orders/latest.json", b"2", "application/json", replace=True)

    assert archive.get("orders/latest.json") == b"2"


def test_keys_and_folders_are_sorted_and_complete(archive: Archive) -> None:
    for key in ("b/2/x", "a/1/y", "a/1/x", "index.html", "a/latest.json"):
        archive.put(key, b"", "text/plain")

    assert archive.keys("") == ("a/1/x", "a/1/y", "a/latest.json", "b/2/x", "index.html")
    assert archive.keys("a/1/") == ("a/1/x", "a/1/y")
    assert archive.folders("") == ("a", "b")
    assert archive.folders("a/") == ("1",)


def test_the_same_bytes_are_not_written_again_to_s3() -> None:
    client = FakeS3()
    archive = S3Archive("archive", client=client)  # type: ignore[arg-type]  # a fake

    for _ in range(2):
        archive.put("orders/run/a.json", b"{}", "application/json")

    assert len(client.puts) == 1
    assert client.puts[0]["ContentType"] == "application/json"
    assert client.puts[0]["ChecksumAlgorithm"] == "SHA256"


def asks_of(s3: FakeS3) -> tuple[Callable[[], object], ...]:
    archive = S3Archive("archive", client=s3)  # type: ignore[arg-type]  # a fake
    return (
        lambda: archive.get("orders/run/a.json"),
        lambda: archive.exists("orders/run/a.json"),
        lambda: archive.put("orders/run/a.json", b"", "text/plain"),
        lambda: archive.keys("orders/run/a.json"),
        lambda: archive.folders("orders/run/a.json"),
    )


def test_what_s3_refuses_names_the_object_the_reason_and_what_to_do() -> None:
    for refused in asks_of(FakeS3(fails=an_error("AccessDenied"))):
        with pytest.raises(ArchiveRefusedError, match=r"orders/run/a\.json.*check that"):
            refused()


@pytest.mark.parametrize(
    "failure", [an_error("SlowDown"), EndpointConnectionError(endpoint_url="https://s3")]
)
def test_what_s3_does_not_answer_can_be_asked_again(failure: Exception) -> None:
    for unanswered in asks_of(FakeS3(fails=failure)):
        with pytest.raises(ServiceUnavailableError, match=r"orders/run/a\.json"):
            unanswered()


def test_an_answer_that_says_nothing_is_neither_an_empty_object_nor_an_empty_list() -> None:
    for unanswered in asks_of(FakeS3(deaf=True)):
        with pytest.raises(ServiceUnavailableError, match=r"has no (ETag|KeyCount)"):
            unanswered()


def test_no_key_leads_out_of_the_folder(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "archive")

    with pytest.raises(ArchiveRefusedError, match="leads out"):
        archive.put("../escaped", b"", "text/plain")


def test_the_deployed_archive_is_the_one_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "ARCHIVE_BUCKET": "archive-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    archive = S3Archive.deployed()

    assert (archive.bucket, archive.place) == ("archive-1", "s3://archive-1/")
    assert archive.platform is Platform.EMBEDDED

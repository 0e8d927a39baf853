"""S3 and CloudTrail as the offline commands ask them, with what can go wrong."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError
from botocore.response import StreamingBody


def refusal(operation: str, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


class Bucket:
    """Objects by key; some may be refused. Remembers which folders were listed."""

    def __init__(self, objects: Mapping[str, bytes], refused: Sequence[str] = ()) -> None:
        self.objects = dict(objects)
        self.refused = set(refused)
        self.listed: list[str] = []

    def get_paginator(self, _operation: str) -> "Bucket":
        return self

    def paginate(
        self, *, Bucket: str, Prefix: str, Delimiter: str = ""
    ) -> Iterator[dict[str, Any]]:
        if Bucket in self.refused:
            raise refusal("ListObjectsV2", "AccessDenied")
        self.listed.append(Prefix)
        rest = {key: key.removeprefix(Prefix) for key in self.objects if key.startswith(Prefix)}
        here = [key for key, name in rest.items() if not Delimiter or Delimiter not in name]
        below = {name.split("/")[0] for name in rest.values() if "/" in name}
        for key in sorted(here):  # a page for each
            yield {"Contents": [{"Key": key, "Size": len(self.objects[key])}], "KeyCount": 1}
        yield {"CommonPrefixes": [{"Prefix": f"{Prefix}{one}/"} for one in below], "KeyCount": 1}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: ARG002  # S3's own
        if Key in self.refused:
            raise refusal("GetObject", "InvalidObjectState")
        body = self.objects[Key]
        return {"Body": StreamingBody(BytesIO(body), len(body)), "ETag": "its own"}


class History:
    """LookupEvents over pages that were made before; may refuse."""

    def __init__(self, *pages: Sequence[Mapping[str, Any]], code: str = "") -> None:
        self.pages = pages
        self.code = code
        self.asked: list[Mapping[str, Any]] = []

    def lookup_events(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(dict(asked))
        if self.code:
            raise refusal("LookupEvents", self.code)
        number = int(asked.get("NextToken", 0))
        more = {"NextToken": str(number + 1)} if number + 1 < len(self.pages) else {}
        return {"Events": list(self.pages[number]), **more}

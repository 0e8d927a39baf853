"""The tags of what a request makes, not those that something else will bear one day."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.call.elements import WRAPPERS
from lambdas.reference.request_elements import is_withheld
from lambdas.reference.shards import shard

HEADER = "x-amz-tagging"  # how S3's requests carry tags
# `tags`, `TagSet`, `userPoolTags`, `tagSpecificationSet`: a list of keys and values, or a map.
_TAGS = re.compile(r"\w*tag(?:s|set|s?list|specifications?|specificationset)")
_PAIRED = "="  # IoT takes its tags as one text, `a=b&c=d`


def tags_what_is_made(call: Call) -> bool:
    """Whether a request tags what it makes or changes."""
    return HEADER in call.request.texts or bool(sent_tags(call.parameters))


def sent_tags(request: Mapping[str, Any]) -> list[Any]:
    """The elements of a request that tag what it makes, as they were sent.

    They stand at the top, or in the element that describes what is made. Elsewhere stand the tags
    of what comes of it: of a compute environment's instances, of those that a template launches.
    """
    return list(_tags_in(request, within=True))


def types_tagged(tags: Iterable[Any]) -> frozenset[str]:
    """The types of resources that EC2's tag specifications name."""
    return frozenset(
        text
        for one in tags
        for spec in _listed(one)
        for key, text in spec.items()
        if key.lower() == "resourcetype" and isinstance(text, str)
    )


def _tags_in(request: Mapping[str, Any], *, within: bool) -> Iterator[Any]:
    for key, value in request.items():
        name = str(key).lower()
        if _TAGS.fullmatch(name):
            paired = name == "tags" and isinstance(value, str) and _PAIRED in value
            if _listed(value) or paired or (isinstance(value, str) and is_withheld(value)):
                yield value
        elif within and (
            str(key).endswith(WRAPPERS) or name in shard("resources")["tagged_within"]
        ):
            for inner in _listed(value):
                yield from _tags_in(inner, within=False)


def _listed(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 (whatever was sent)
    """The objects of a list, however the service's protocol writes lists, or the object itself."""
    if isinstance(value, dict):
        inner = value.get("items", value.get("member"))
        return _listed(inner) if isinstance(inner, list) else [value] if value else []
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

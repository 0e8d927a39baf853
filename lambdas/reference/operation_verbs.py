"""Which operations make or remove a thing, and of which type, by the words of their names."""

from __future__ import annotations

import re
from functools import lru_cache

_MAKES = re.compile(
    r"(?:Create|Delete|Run|Terminate|Register|Deregister|Publish|Request|Allocate|Release|Import"
    r"|ScheduleKeyDeletion|Submit|Send|Change(?=ResourceRecordSets)|Put|Start|Cancel|Remove)(.*)"
)
# What is started has an id of its own that the call's resource does not tell.
STARTS = re.compile(r"Run|Start|Submit|Send|ChangeResourceRecordSets")
_ALIASES = {  # nouns of operations, and the resource types that they make, where the words differ
    "dbinstance": "db",
    "dbcluster": "cluster",
    "dbsubnetgroup": "subgrp",
    "dbparametergroup": "pg",
    "instances": "instance",
    "address": "elasticip",
    "object": "object",
    "layerversion": "layer",
    "dbclusterparametergroup": "clusterpg",
    "dbsecuritygroup": "secgrp",
    "optiongroup": "og",
    "version": "function",
    "metricalarm": "alarm",
    "distributionwithtags": "distribution",
    "key": "key",
    "": "key",
    "resourcerecordsets": "change",
    "multipartupload": "object",
    "objectversion": "object",
}


_VERB = re.compile(
    r"(?:Create|Delete|Run|Register|Allocate|Request|Put|Start|Import|Publish|Copy|Restore|Add"
    r"|Purchase)"
)
# What follows says of what, to where, with what: CreateVolumeFromBackup makes a volume.
_FURTHER = re.compile(r"(?:(?:From|With|For|By|ToPoint|ToRegion)(?=[A-Z]|$)|V(?=\d)).*")


@lru_cache(maxsize=4_096)
def noun_of(operation: str) -> str:
    """What an operation is about, in one word of letters: `filesystem` of CreateFileSystem."""
    bare = _FURTHER.sub("", _VERB.sub("", operation, count=1))
    return noun(bare).removesuffix("s")


def noun(text: str) -> str:
    """`event-source-mapping` and `EventSourceMapping` are the same word."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


@lru_cache(maxsize=4_096)
def what_it_makes(name: str) -> str | None:
    """The noun of what the operation makes or removes, if it does."""
    match = _MAKES.fullmatch(name)
    return _ALIASES.get(noun(match.group(1)), noun(match.group(1))) if match else None


@lru_cache(maxsize=4_096)
def same_type(made: str, kind: str, head: str) -> bool:
    """Whether the resource is of the type that was made: `loadbalancer/app` is a load balancer."""
    nouns = {noun(text) for one in (kind, head) for text in (one, one.split("/")[0])}
    nouns |= {one.removesuffix("version") for one in nouns} | {
        one.removesuffix("s") for one in nouns
    }
    nouns.discard("")
    return any(made.endswith(one) or one.endswith(made) for one in nouns)

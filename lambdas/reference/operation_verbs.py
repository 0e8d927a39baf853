"""What the words of operations and statements tell: what is made or removed, what is asked."""

import re
from collections.abc import Iterable
from functools import lru_cache

from lambdas.reference.shards import shard

# Verbs of operations that create something. Each reader says which further ones create for it.
CREATING = ("Create", "Register", "Import", "Request", "Allocate", "Run", "Copy", "Restore")


def creating(*further: str) -> str:
    """A pattern's alternatives: the verbs that create, and further ones."""
    return "|".join((*CREATING, *further))


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
    r"|Purchase|Update|Modify|Upload|Associate|Attach|Enable)"
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
def what_it_makes(service: str, name: str) -> str | None:
    """The noun of what the operation makes or removes, if it does; starting is not making."""
    if name in shard("operation_models")["starts"].get(service, ()):
        return None
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
    makes = (made, made.removesuffix("s"))  # CreateFlowLogs makes a vpc-flow-log
    return any(one.endswith(two) or two.endswith(one) for one in makes for two in nouns)


# The statement's first word says which of PartiQL's actions it needs,
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
_STATEMENT = re.compile(
    r"""^\s*(?P<verb>select|insert|update|delete|exists)\b
        (?:.*?\b(?:from|into)\s+|\s+)?(?:"(?P<quoted>[^"]+)"|(?P<plain>[\w.-]+))?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_ACTIONS = {
    "select": "PartiQLSelect",
    "exists": "PartiQLSelect",
    "insert": "PartiQLInsert",
    "update": "PartiQLUpdate",
    "delete": "PartiQLDelete",
}


def asked_by_statements(statements: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Action and table of each statement; every action on no table where none can be read."""
    found = [
        (
            _ACTIONS[match["verb"].lower()],
            (match["quoted"] or match["plain"] or "").partition(".")[0],
        )
        for match in map(_STATEMENT.match, statements)
        if match
    ]
    return tuple(found) or tuple((verb, "") for verb in sorted(set(_ACTIONS.values())))

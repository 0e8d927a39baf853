"""Under which names a request holds a variable of an ARN, the surest first."""

import re
from functools import lru_cache

from lambdas.collect_evidence.call.elements import TOP
from lambdas.reference.actions import resource_types
from lambdas.reference.arn_formats import is_parent, stem
from lambdas.reference.operation_verbs import noun_of
from lambdas.reference.shards import shard

_SUFFIXES = ("", "name", "id", "identifier", "arn", "url")
# Names that mean the operation's own noun, whatever it is.
_OWN = ("name", "id", "identifier", "arn", "resourcename", "resourceid", "resourcearn", "resource")
PREFIXED = "resourceid"  # where the form of an id tells its type, as of EC2 its prefix
# Ends of variables that no name fills: what has an id is not named so.
_IDS = ("Id", "ID", "Uuid", "UUID", "Version", "Revision")
# Words that do not say which type of resource it is.
ANYTHING = frozenset({"id", "name", "arn", "identifier", "resource", "type", "key", "value"})


@lru_cache(maxsize=16_384)
def names_of(
    service: str,
    kind: str,
    variables: tuple[str, ...],
    operation: str,
    *,
    only: bool,
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each variable of a format with the names of the elements that may hold it.

    Args:
        service: the IAM prefix of the format.
        kind: the resource type.
        variables: the ARN's variables.
        operation: the API's name.
        only: whether the action has no other resource type.
    """
    return tuple(
        (
            one,
            _names(
                service, kind, one, operation, only=only, parent=is_parent(kind, one, variables)
            ),
        )
        for one in variables
    )


def _names(
    service: str, kind: str, variable: str, operation: str, *, only: bool, parent: bool = False
) -> tuple[str, ...]:
    """The names for one variable; `parent` says that it names what holds the resource."""
    known = shard("resources")["synonyms"].get(service, {})
    curated = known.get(f"{kind}.{variable}", known.get(variable))
    if curated == []:
        return ()
    own, noun = stem(variable), stem(kind)
    is_own = (
        (only and not _is_of_another(service, noun, operation))
        or _says(operation, own)
        or _says(operation, noun)
    )
    says_nothing = own in ANYTHING
    bases = [] if says_nothing and not is_own else [_letters(variable), own]
    bases += [noun] if says_nothing or (is_own and not parent) else []
    keys = [base + suffix for base in bases for suffix in _SUFFIXES]
    if is_own and not parent:
        keys += [f"{base}.{key}" for base in dict.fromkeys((own, noun)) for key in _OWN[:4]]
        keys += [TOP + key for key in _OWN]
    if variable.endswith(_IDS):
        keys = [key for key in keys if not key.endswith("name")]
    plural = [f"{key}s" for key in keys if not key.endswith("s")]
    # `name` and `id` are the operation's own noun's, in whatever list they stand.
    by_form = service == "ec2" or service in shard("resources")["id_forms"]
    telling = tuple(key for key in _OWN if key != PREFIXED) if by_form else _OWN
    sure = [key for key in curated or () if is_own or key not in telling]
    return tuple(dict.fromkeys([*sure, *keys, *plural]))


def _is_of_another(service: str, noun: str, operation: str) -> bool:
    """Whether an operation is called after another of the service's types than this one."""
    called = noun_of(operation)
    return called != noun and called in _nouns(service)


@lru_cache(maxsize=512)
def _nouns(service: str) -> frozenset[str]:
    return frozenset(stem(one.name) for one in resource_types(service))


def _letters(variable: str) -> str:
    return re.sub(r"[^a-z0-9]", "", variable.lower())


def _says(operation: str, word: str) -> bool:
    return len(word) > 2 and word not in ANYTHING and word in operation.lower()  # noqa: PLR2004

"""Condition keys that a request set: what a policy can limit it to beside its resource."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from lambdas.collect_evidence.call.call import Call
from lambdas.model.iam.arn import ACCOUNT_ID, arn_pattern
from lambdas.reference.actions import ActionFacts
from lambdas.reference.condition_keys import IMPORTED, VIA_SERVICE
from lambdas.reference.stacks.containment import FUNCTION_ARN

# The request's element for each key,
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
_ELEMENTS = {
    "iam:AWSServiceName": "awsservicename",
    "iam:PermissionsBoundary": "permissionsboundary",
    "iam:PolicyARN": "policyarn",
}

# A name, `account:function:name` or an ARN, each perhaps with a version or an alias.
_FUNCTION = re.compile(
    rf"(?:{arn_pattern('lambda', 'function:', account=ACCOUNT_ID)}"
    rf"|(?:(?P<account>{ACCOUNT_ID}):)?function:|)"
    r"(?P<name>[\w-]+(?::[\w$-]+)?)"
)
_FORMS = {
    "iam:AWSServiceName": re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?"),
    "iam:PermissionsBoundary": re.compile(r"arn:\S+"),
    "iam:PolicyARN": re.compile(r"arn:\S+"),
}


def context_of(known: ActionFacts, call: Call) -> tuple[tuple[str, str], ...]:
    """The keys that the action honours and the request set, sorted."""
    sent = tuple(
        (key, text)
        for key in _keys(known.condition_keys)
        if (text := call.request.first(_ELEMENTS[key])) and _FORMS[key].fullmatch(text)
    )
    found = (*sent, *_through(known, call), *_function(known, call), *_imported(known, call))
    return tuple(sorted(found))


def _function(known: ActionFacts, call: Call) -> Iterator[tuple[str, str]]:
    """The function that an event source mapping invokes: the answer tells, else the request.

    An action that is about the function itself is granted on that; Lambda's page has the key for
    mappings alone, while the reference lists it for a function's address, too.
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
    """
    if FUNCTION_ARN not in known.condition_keys or _is_about_functions(known):
        return
    named = call.answer.elements.first("functionarn") or call.request.first("functionname")
    match = _FUNCTION.fullmatch(named)
    if match:
        place = replace(call.place, account=match["account"] or call.place.account)
        made = place.arn("lambda", f"function:{match['name']}")
        yield FUNCTION_ARN, named if named.startswith("arn:") else made


def _is_about_functions(known: ActionFacts) -> bool:
    return any(use.type.name.startswith("function") for use in known.uses)


def _imported(known: ActionFacts, call: Call) -> Iterator[tuple[str, str]]:
    """Whether a change set imports what is there."""
    if IMPORTED in known.condition_keys and call.request.first("changesettype") == "IMPORT":
        yield IMPORTED, call.request.first("resourcetype") or "*"


def _through(known: ActionFacts, call: Call) -> Iterator[tuple[str, str]]:
    """The service that used a key for the caller: what it encrypts it names in the context.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context
    """
    if not call.internal or known.action.service != "kms":
        return
    names = [name for name in call.request.names if name.startswith("aws:")]
    services = {name.split(":")[1] for name in names} & VIA_SERVICE
    if len(services) == 1:
        yield "kms:ViaService", f"{services.pop()}.{call.place.region}.amazonaws.com"


@lru_cache(maxsize=1_024)
def _keys(keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(_ELEMENTS.keys() & set(keys)))

"""Condition keys that a request set: what a policy can limit it to beside its resource."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.collect_evidence.resources.call import Call
    from lambdas.reference.actions import ActionFacts

# The request's element for each key,
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
_ELEMENTS = {
    "iam:AWSServiceName": "awsservicename",
    "iam:PermissionsBoundary": "permissionsboundary",
    "iam:PolicyARN": "policyarn",
}

_FORMS = {
    "iam:AWSServiceName": re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?"),
    "iam:PermissionsBoundary": re.compile(r"arn:\S+"),
    "iam:PolicyARN": re.compile(r"arn:\S+"),
}


def context_of(known: ActionFacts, call: Call) -> tuple[tuple[str, str], ...]:
    """The keys that the action honours and the request set, sorted."""
    return tuple(
        (key, text)
        for key in _keys(known.condition_keys)
        if (text := call.request.first(_ELEMENTS[key])) and _FORMS[key].fullmatch(text)
    )


@lru_cache(maxsize=1_024)
def _keys(keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(_ELEMENTS.keys() & set(keys)))

"""The IAM policies that a call gave to a role or user, or made: what a boundary must allow."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from lambdas.collect_evidence.call.call import Call

# A group has no boundary.
_GIVE = frozenset({"PutRolePolicy", "PutUserPolicy", "CreatePolicy", "CreatePolicyVersion"})
_ELEMENT = "policydocument"


def given_policy(call: Call) -> str:
    """The document that the request sent, as JSON in one spelling; empty for other calls.

    A text that is no JSON object is kept as it was sent: refinement says that it cannot read it.
    """
    if call.service != "iam" or call.operation not in _GIVE:
        return ""
    sent = call.parameters.get(_ELEMENT)
    if isinstance(sent, dict):
        return _spelled(sent)
    if not isinstance(sent, str):
        return ""
    text = unquote(sent) if sent.startswith("%7B") else sent
    try:
        document = json.loads(text)
    except ValueError:
        return text
    return _spelled(document) if isinstance(document, dict) else text


def _spelled(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))

"""Services that use a key in the caller's name: told by what they encrypt, or by their refusals."""

import re

from lambdas.collect_evidence.call.call import Call
from lambdas.model.iam.action import Action
from lambdas.reference.condition_keys import VIA_SERVICE
from lambdas.reference.shards import prefixes_of, shard

KMS = "kms"
_SOURCE = "kms.amazonaws.com"
_OWN = re.compile(r"aws:([a-z0-9-]+):")  # `aws:s3:arn`


def service_by_context(call: Call, source: str) -> str:
    """The service whose encryption context a request of KMS bears, as an event source."""
    names = call.request.texts.get("encryptioncontext.@keys", ()) if source == _SOURCE else ()
    named = shard("implied")["encryption_context"]
    for name in sorted(names):
        own = _OWN.match(name)
        service = named.get(name) or (own[1] if own else "")
        if service in VIA_SERVICE:
            return f"{service}.amazonaws.com"
    return ""


def service_refused(action: Action | None, source: str) -> str:
    """The service that asked for a key, where its own call was refused for want of the key."""
    asked = action is not None and action.service == KMS
    return source if asked and VIA_SERVICE.intersection(prefixes_of(source)) else ""

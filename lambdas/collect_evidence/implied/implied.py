"""What a request needed beside its own action: read from what it sent, decided on by refinement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.implied.authorized_actions import authorized
from lambdas.collect_evidence.implied.dependent_actions import (
    connection_secret,
    log_deliveries,
    service_linked_roles,
)
from lambdas.collect_evidence.implied.kms_keys import KEY_NAMES, key_uses
from lambdas.collect_evidence.implied.not_there import listings
from lambdas.collect_evidence.implied.object_reads import BUCKETS, object_reads
from lambdas.collect_evidence.implied.pass_role import passed_roles
from lambdas.collect_evidence.implied.sent_tags import tags_what_is_made
from lambdas.collect_evidence.implied.tagging import sends_tags, tags_of
from lambdas.collect_evidence.implied.transforms import transforms
from lambdas.model.trail.evidence import Implied
from lambdas.reference.actions import ActionFacts


def implied_by(call: Call, known: Sequence[ActionFacts]) -> tuple[Implied, ...]:
    """Everything that the request needed besides, sorted."""
    found = {
        *passed_roles(call),
        *service_linked_roles(call, known),
        *authorized(call),
    }
    if call.service == "apigateway":
        found.update(log_deliveries(call))
    elif call.service == "events":
        found.update(connection_secret(call))
    if call.outcome.code:
        found.update(listings(call))
    found.update(_by_elements(call, known))
    if not found:
        return ()
    own = {one.action for one in known}
    return tuple(
        sorted(
            one
            for one in found
            # API Gateway's verbs name no resource: tagging by POST is not making by POST.
            if not one.kind.startswith("tag-on-")
            or one.action not in own
            or one.action.service == "apigateway"
        )
    )


def _by_elements(call: Call, known: Sequence[ActionFacts]) -> Iterator[Implied]:
    """What elements of certain names imply."""
    interest = _interest((*call.request.names, *call.request.withheld))
    if interest.tags or call.service == "cloudformation":
        yield from transforms(call, call.service)
    if interest.tags and tags_what_is_made(call):
        # What another service is asked besides makes nothing that these tags are for.
        makers = [one for one in known if one.action.service == call.service]
        yield from tags_of(call, makers or known)
    if interest.objects:
        yield from object_reads(call)
    if interest.keys or call.service == "s3":
        yield from key_uses(call)


@dataclass(frozen=True, slots=True)
class _Interest:
    """What a request with certain names may imply."""

    tags: bool
    objects: bool
    keys: bool


@lru_cache(maxsize=8_192)
def _interest(names: tuple[str, ...]) -> _Interest:
    known = set(names)
    tags = sends_tags(names)
    objects = {name for pair in BUCKETS for name in pair} | {"templateurl", "stackpolicyurl"}
    return _Interest(tags, bool(known & objects), bool(known & set(KEY_NAMES)))

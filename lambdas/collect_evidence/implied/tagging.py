"""Tags sent while making something: which tagging action they need besides, and on what."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.implied.authorized_rows import Known, authorized_besides, in_tables
from lambdas.collect_evidence.implied.tag_targets import made_types, resources_tagged
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.actions import AccessLevel, ActionFacts, actions_at, facts
from lambdas.reference.operation_verbs import creating
from lambdas.reference.shards import shard

# What tags things of any type, by the name that a service gives it.
GENERAL = ("TagResource", "AddTags", "AddTagsToResource", "CreateTags")
HEADER = "x-amz-tagging"  # how S3's requests carry tags
# `tags`, `TagSet`, `userPoolTags`, `tagSpecificationSet`: a list of keys and values, or a map.
_TAGGED = re.compile(
    r"(?:.+\.)?(?P<whose>\w*?)tag(?:s|set|s?list|specifications?|specificationset)"
    r"\.(?:(?:tag)?key|@keys)"
)
_SECOND = ("::/apis", ":/portals", ":/portalproducts")  # paths of HTTP and WebSocket APIs
_READS = re.compile(r"List|Get|Describe|Search|BatchGet")  # tags that are looked for
_PAIRED = "="  # IoT takes its tags as one text, `a=b&c=d`
_MAKING = re.compile(creating("Put", "Start", "Publish", "Add", "Purchase"))
_UPDATE = re.compile(r"(?:Update|Modify|Change|Edit|Set)[A-Z]")
_VERB = re.compile(r"[A-Z]+[a-z]+")
# What carries tags and sets none on a resource: sessions and mails have tags of another kind.
_NO_RESOURCE = re.compile(r"(?:Send|Assume|GetFederation|\w*Tags?(?:[A-Z]|$))")
_CHANGES = frozenset({AccessLevel.WRITE, AccessLevel.PERMISSIONS})


def sends_tags(names: Sequence[str]) -> bool:
    """Whether elements of these names may be tags."""
    return HEADER in names or "tags" in names or any(map(_TAGGED.fullmatch, names))


def is_second_generation(call: Call) -> bool:
    """Whether an API Gateway call is about HTTP or WebSocket APIs."""
    found = [arn for needed in call.required for arn in needed.resources]
    return any(path in arn for arn in found for path in _SECOND)


def tags_of(call: Call, known: Sequence[ActionFacts]) -> Iterator[Implied]:
    """Tags sent with a request are authorised as a tagging action of their own.

    Besides what makes something: https://docs.aws.amazon.com/service-authorization/latest/reference/
    (the API operations of cognito-idp, cognito-identity, cloudformation, rds, batch, eks, iam, ec2,
    organizations, servicecatalog and others list it for updates, associations and uploads too).
    """
    texts = call.request.texts
    given = [*(name for name in texts if texts[name]), *call.request.withheld]
    sent = any(_is_own(name, call.operation) for name in given)
    sent = sent or _PAIRED in "".join(texts.get("tags", ()))
    beside = authorized_besides(call.service, call.operation)
    rows = [row for row in beside if row.tags and row.known is not Known.UNKNOWN]
    listed = {row.action for row in rows if row.applies(call.parameters)}
    making = sent or (HEADER in texts and _MAKING.match(call.operation))
    making = making and not _READS.match(call.operation)
    if not (listed if rows else making):
        return
    updates = _UPDATE.match(call.operation)
    kind = GroundKind.TAG_ON_UPDATE if updates else GroundKind.TAG_ON_CREATE
    if call.service == "apigateway":
        tagged = call.place.arn("apigateway", "/tags/*")
        verb = Action("apigateway", "POST" if is_second_generation(call) else "PUT")
        for action in sorted({verb, *listed}):
            yield Implied(kind=kind, action=action, resource=tagged)
        return
    # What AWS lists without saying when, or never asks for, no heuristic grants.
    aside = {row.action for row in beside if row.never or row.known is Known.UNKNOWN}
    named = [facts(action) for action in sorted(listed)]
    for one in known:
        templates = [needed.resources for needed in call.required if needed.action == one.action]
        made = [call.place.fill(template) for resources in templates for template in resources]
        for tagging in named or [_tagging_action(one.action)]:
            if (
                tagging is None
                or tagging.action in aside - listed
                or not (named or _changes(one, known))
            ):
                continue
            for resource in resources_tagged(call, one, tagging, made):
                yield Implied(
                    kind=kind,
                    action=tagging.action,
                    resource=resource,
                    context=_create_action(tagging, call),
                )


def _is_own(name: str, operation: str) -> bool:
    """Whether an element holds tags of what the operation makes or changes.

    Of what makes nothing only plain names count: `tags`, `addTags`, `userPoolTags` of
    UpdateUserPool. `stagingAreaTags` are for what will be made some day.
    """
    match = _TAGGED.fullmatch(name)
    if match is None or _MAKING.match(operation):
        return match is not None
    noun = _VERB.sub("", operation, count=1).lower()
    return not _NO_RESOURCE.match(operation) and match["whose"] in ("", "add", noun)


def _create_action(tagging: ActionFacts, call: Call) -> tuple[tuple[str, str], ...]:
    if tagging.action == Action("ec2", "CreateTags"):
        return (("ec2:CreateAction", call.operation),)
    return ()


def _changes(one: ActionFacts, known: Sequence[ActionFacts]) -> bool:
    """Whether it is this action that makes what is tagged: of several none that reads."""
    if one.access_level is AccessLevel.TAGGING:
        return False
    return len(known) == 1 or one.access_level in _CHANGES


@lru_cache(maxsize=4_096)
def _tagging_action(action: Action) -> ActionFacts | None:
    """The action that tags what another makes: of the service's the first that has its type."""
    one = facts(action)
    if one is None:
        return None
    candidates = [*_named(one), *_of_its_types(one)]
    fitting = [other for other in candidates if made_types(other, action.name)]
    return next(iter([*fitting, *candidates]), None)


def _named(one: ActionFacts) -> Iterator[ActionFacts]:
    """Tagging actions that the reference names; those of other services tag what those make."""
    named = shard("resources")["tagging"].get(one.action.service)
    needed = [other for other in one.dependent_actions if other.service == one.action.service]
    for action in needed:
        other = facts(action)
        if other is not None and other.access_level is AccessLevel.TAGGING:
            yield other
    own = facts(Action(one.action.service, named)) if named else None
    if own is not None:  # of whatever level: the reference counts aoss:TagResource among the writes
        yield own


def _of_its_types(one: ActionFacts) -> list[ActionFacts]:
    kinds = {use.type.name for use in one.uses}
    candidates = [
        other
        for name in actions_at(one.action.service, AccessLevel.TAGGING)
        if (other := facts(name)) is not None
        and not re.match(r"(?i)(un|remove|delete|list|get|describe)", other.action.name)
    ]
    matching = [other for other in candidates if kinds & {use.type.name for use in other.uses}]
    # Older actions for one type only (logs:TagLogGroup) remain in the reference beside the general.
    matching.sort(key=lambda other: other.action.name != "TagResource")
    listed = in_tables(one.action.service)  # where AWS lists what tags, the others tag nothing
    names = GENERAL[:1] if listed else GENERAL
    general = [other for name in names for other in candidates if other.action.name == name]
    return [*matching, *general]

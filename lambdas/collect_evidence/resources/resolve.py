"""The resources of a call: ARNs that the record names, else ARNs built by the types' formats."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.call.elements import TOP
from lambdas.collect_evidence.resources.candidates import ANY, Candidate, choose
from lambdas.collect_evidence.resources.named_types import (
    asks_for_one,
    is_named,
    is_own_user,
    others_of,
)
from lambdas.collect_evidence.resources.parameter_names import names_of
from lambdas.collect_evidence.resources.parameter_values import is_constant, texts_of
from lambdas.collect_evidence.resources.qualifiers import qualified
from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import ACCOUNT_ID, Arn, is_arn, is_resource
from lambdas.reference.actions import ActionFacts, ResourceUse
from lambdas.reference.arn_formats import ArnFormat, formats_in, formats_of, stem
from lambdas.reference.events import RequiredAction
from lambdas.reference.operation_verbs import creating
from lambdas.reference.shards import shard

MOST = 1_000  # resources of one call; what lists more than that is treated as any
_ACCOUNT = re.compile(rf"(?<!\d){ACCOUNT_ID}(?!\d)")
_TAGS = frozenset({Action("ec2", "CreateTags"), Action("ec2", "DeleteTags")})
_MAKING = re.compile(creating())


def resources_of(call: Call, required: RequiredAction, facts: ActionFacts) -> tuple[str, ...]:
    """The ARNs that an action was asked for; `*` alone where it has none or none can be known."""
    found = filter(is_resource, _found(call, required, facts))
    return tuple(dict.fromkeys(found)) or (ANY,)


def _found(call: Call, required: RequiredAction, facts: ActionFacts) -> Iterable[str]:
    named = _named(call, required, facts)
    if named:
        return named
    if required.resources:
        return [call.place.fill(template) for template in required.resources]
    if not facts.uses or facts.action.service == "apigateway":
        return (ANY,)
    if facts.action in _TAGS:
        tagged = _by_id_prefix(call, facts)
        if tagged:
            return tagged
    also = shard("resources")["also"].get(str(facts.action), ())
    kinds = frozenset(use.type.name for use in facts.uses)
    filled = [one for use in facts.uses for one in _use(call, use, kinds, also)]
    chosen = choose(filled, call.place, others_of(call, facts, filled), call.operation)
    if chosen == (ANY,) and (not facts.access_level.reads or asks_for_one(call, facts)):
        chosen = any_of(facts, call) or chosen
    return qualified(chosen, facts.action, call.request)


def any_of(facts: ActionFacts, call: Call) -> tuple[str, ...]:
    """Any of the types that every call touches: a call that names none must touch the account's.

    EC2's reference lists, for every action, all that may take part: if none must, it is one of it.
    """
    if any(
        Arn.from_text(arn).account not in ("", call.place.account)
        for arn in call.sent
        if is_arn(arn)
    ):
        return ()
    taking_part = facts.action.service in shard("resources")["taking_part"]
    some = facts.uses if taking_part and facts.action not in _TAGS else ()
    needed = [use for use in facts.uses if use.required] or some
    forms = [form for use in needed for form in formats_of(use.type)]
    return tuple(sorted({form.fill({}, call.place, _account(call, form)) for form in forms}))


def is_untold(resources: Sequence[str], facts: ActionFacts, call: Call) -> bool:
    """Whether nothing is known of what a call touched, and it made nothing that has no name yet."""
    if resources == (ANY,):
        return bool(facts.uses)
    return not _makes(call.operation) and tuple(resources) == any_of(facts, call)


def _named(call: Call, required: RequiredAction, facts: ActionFacts) -> Sequence[str]:
    """The one of the record's own resources that is asked about, where their order tells."""
    if required.named is None:
        return ()
    forms = [form for use in facts.uses for form in formats_of(use.type)]
    own = [arn for arn in call.named if any(form.pattern.fullmatch(arn) for form in forms)]
    return [own[required.named]] if own else ()


def _use(
    call: Call, use: ResourceUse, kinds: frozenset[str], also: Sequence[str]
) -> Iterable[Candidate]:
    if call.user and use.type.name == "user" and is_own_user(call, use.type.service):
        yield Candidate(formats_of(use.type)[0], required=True, arns=(call.user,), whole=True)
        return
    only = len(kinds) == 1
    making = _makes(call.operation)
    required = use.required or use.type.name in also
    sent_as = call.sent_as.get(stem(use.type.name), ()) if call.sent_as else ()
    for form in formats_of(use.type):
        arns = (
            (call.named and _matching(call.named, form, kinds))
            # What is being made has its id, or its path, in the answer alone.
            or (making and _matching(call.answer.arns, form, kinds, kinds))
            or (sent_as and _matching(sent_as, form, kinds))
            or _built(call, form, only=only)
            or (call.sent and _matching(call.sent, form, kinds))
            or _matching(call.answer.arns, form, kinds)
            or _built(call, form, only=only, answered=True)
        )
        if arns:
            yield Candidate(form, required, tuple(arns), whole=True)
        else:
            partly = _built(call, form, only=only, answered=True, partly=True)
            if not form.variables and (required or _is_only_one(use, call.operation)):
                partly = [form.fill({}, call.place)]  # there is but one, such as Glue's catalog
            elif not (partly or making) and is_named(call, use.type.name):
                partly = [form.fill({}, call.place, _account(call, form))]
            yield Candidate(form, required, tuple(partly), whole=False)


def _is_only_one(use: ResourceUse, operation: str) -> bool:
    """Whether an account has but one of the type, which a call that names none is about."""
    known = shard("resources")["only_one"].get(use.type.service, ())
    return use.type.name in known and not operation.endswith("V2")


@lru_cache(maxsize=8_192)
def _makes(operation: str) -> bool:
    return _MAKING.match(operation) is not None


def _matching(
    arns: Collection[str], form: ArnFormat, kinds: Collection[str], exactly: Collection[str] = ()
) -> list[str]:
    """ARNs of this format, unless they are of another of the action's types."""
    found: list[str] = []
    if not arns:
        return found
    for arn in arns:
        if form.pattern.fullmatch(arn):
            first = next(one for one in formats_in(form.service) if one.pattern.fullmatch(arn))
            if first.kind == form.kind or (first.kind not in kinds and form.kind not in exactly):
                found.append(arn)
    return found


def _built(
    call: Call, form: ArnFormat, *, only: bool, answered: bool = False, partly: bool = False
) -> list[str]:
    """ARNs filled from the request, where asked also from the answer, or with `*` for the rest."""
    values: dict[str, list[str]] = {}
    from_the_call = not partly  # what the format writes anyway tells nothing of a call
    defaults = _defaults(form.service, form.kind, call.operation)
    names = names_of(form.service, form.kind, form.variables, call.operation, only=only)
    for variable, keys in names:
        # Where there is a default, `name` says nothing: of a query's workgroup it is the query's.
        own = tuple(key for key in keys if variable not in defaults or not key.startswith(TOP))
        texts = texts_of(own, form, variable, call.request)
        if not texts and answered:
            texts = texts_of(own, form, variable, call.answer.elements)
        whole = [text for text in texts if text.startswith("arn:")]
        if whole:
            return [call.place.fill(text) for text in whole]
        if answered or len(form.variables) > 1:
            texts = texts or defaults.get(variable, [])
        if texts:
            values[variable] = texts
            from_the_call = from_the_call or not is_constant(own, texts)
        elif not partly:
            return []
    if not values or not from_the_call:
        return []
    account = _account(call, form)
    return [_as_owned(form, one, form.fill(one, call.place, account)) for one in _combined(values)]


@lru_cache(maxsize=8_192)
def _defaults(service: str, kind: str, operation: str) -> Mapping[str, list[str]]:
    """What the operation takes for the variables of a type that its request leaves out."""
    table = shard("operation_models")["defaults"].get(service, {}).get(operation, {})
    named = {key.rpartition("."): value for key, value in table.items()}
    return {last: [value] for (of, _, last), value in named.items() if of in ("", kind)}


def _as_owned(form: ArnFormat, values: Mapping[str, str], arn: str) -> str:
    """What is AWS's own belongs to no account: its documents, its public parameters."""
    table = shard("resources")["owned_by_aws"].get(form.service)
    for variable, text in values.items() if table else ():
        if text.lower().startswith(tuple(table.get(variable, ()))):
            return str(replace(Arn.from_text(arn), account=""))
    return arn


def _combined(values: Mapping[str, Sequence[str]]) -> Iterable[dict[str, str]]:
    """Lists of one length belong together item by item; others combine."""
    lengths = {len(texts) for texts in values.values() if len(texts) > 1}
    if not lengths:
        return [{name: texts[0] for name, texts in values.items()}]
    if len(lengths) == 1:
        (length,) = lengths
        rows = [
            {name: texts[index] if len(texts) > 1 else texts[0] for name, texts in values.items()}
            for index in range(length)
        ]
        return rows[:MOST]
    rows = [dict(zip(values, row, strict=True)) for row in product(*values.values())]
    return rows[:MOST]


def _account(call: Call, form: ArnFormat) -> str:
    for key in shard("resources")["accounts"].get(form.service, ()):
        match = _ACCOUNT.search(call.request.first(key))
        if match:
            return match[0]
    return ""


def _by_id_prefix(call: Call, facts: ActionFacts) -> tuple[str, ...]:
    """EC2's tags name ids alone; their prefixes tell the type."""
    kinds = shard("resources")["ec2_ids"]
    forms = {use.type.name: use.type for use in facts.uses}
    found = set()
    for text in call.request.texts.get("resourceid") or call.request.texts.get("resources") or ():
        prefix = text.rpartition("-")[0]
        kind = kinds.get(prefix)
        if kind in forms:
            form = formats_of(forms[kind])[0]
            found.add(form.fill(dict.fromkeys(form.variables, text), call.place))
        else:
            # Of a type that is newer than the list; every id of EC2 is made up.
            found.add(call.place.arn("ec2", f"*/{prefix}-*" if prefix else f"*/{text}"))
    return tuple(sorted(found))

"""What holds for every refinement, whatever the evidence."""

import dataclasses
import itertools
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.model.dossier.refinement import Grant, Refinement
from lambdas.model.execution.run import Run
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import policy_size, policy_text
from lambdas.model.iam.template import ANY, Template
from lambdas.model.iam.template_coverage import ONE, covers, filled
from lambdas.model.limits import MANAGED_POLICY_LIMIT
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference import actions as reference
from lambdas.refine_policy.refine import refine
from tests.laws.evaluator import allows_line
from tests.laws.strategies import ACCOUNT, EVIDENCE, HOSTILE, NAMES, REGION, ROLE, lines
from tests.unit.refine_policy.builders import a_process

PROCESS = a_process()
JOINT = Template.from_text("arn:${partition}:iam::${account}:role/orders-cloudformation")
SPLIT = a_process(policy={"split": "cloudformation"})
RUN = Run(
    id="20261123T170000Z-0a1b2c3d",
    process="orders",
    principal=ROLE,
    account=ACCOUNT,
    region=REGION,
    started_at="2026-11-23T17:00:00Z",
)

FUNCTION_COLONS = 6  # of a function's ARN without a qualifier


def refined(
    evidence: Sequence[Evidence], generated: Sequence[Mapping[str, object]] = ()
) -> Refinement:
    return refine(
        run=RUN,
        process=PROCESS,
        generated=generated,
        evidence=evidence,
        reference=reference,
        history=EarlierNames(),
    )


def rendered(refinement: Refinement) -> dict[str, dict[str, object]]:
    values = dict(refinement.variables)
    return {one.principal: one.policy.render(values) for one in refinement.policies}


def authorised(evidence: Sequence[Evidence]) -> list[Evidence]:
    return [line for line in evidence if line.outcome in (Outcome.SUCCEEDED, Outcome.FAILED)]


def spellings(line: Evidence) -> Iterator[Evidence]:
    """The call under each name by which IAM may ask for its resource, and no other."""
    yield line
    if line.action.service == "logs":
        yield dataclasses.replace(line, resource=f"{line.resource}:*")
    if line.action.service == "lambda" and line.resource.count(":") > FUNCTION_COLONS:
        yield dataclasses.replace(line, resource=line.resource.rpartition(":")[0])


@given(EVIDENCE)
def test_every_allowed_evidence_is_granted(evidence: list[Evidence]) -> None:
    documents = rendered(refined(evidence))

    for line in authorised(evidence):
        assert allows_line(documents[line.principal], line, ACCOUNT), line


@given(EVIDENCE)
def test_every_grant_rests_on_evidence_or_on_a_derivation_that_names_its_evidence(
    evidence: list[Evidence],
) -> None:
    refinement = refined(evidence)
    values = dict(refinement.variables)
    ids = {line.event_id for line in authorised(evidence)}

    for policy in refinement.policies:
        for statement in policy.statements:
            for grant in statement.grants:
                assert grant.grounds
                assert all(ground.event_ids for ground in grant.grounds)
                assert {one for ground in grant.grounds for one in ground.event_ids} <= ids
                if any(ground.kind == GroundKind.OBSERVED for ground in grant.grounds):
                    alone = {
                        "Statement": [
                            {
                                "Action": str(grant.action),
                                "Resource": [grant.resource.render(values)],
                            }
                        ]
                    }
                    assert any(
                        allows_line(alone, asked, ACCOUNT)
                        for line in authorised(evidence)
                        if line.action == grant.action and line.principal == policy.principal
                        for asked in spellings(line)
                    )


@given(EVIDENCE)
def test_every_statement_grants_exactly_its_grants(evidence: list[Evidence]) -> None:
    for policy in refined(evidence).policies:
        for one in policy.statements:
            spelled = {
                (action, resource)
                for action in one.statement.actions
                for resource in one.statement.resources
            }
            assert spelled == {(grant.action, grant.resource) for grant in one.grants}


@given(EVIDENCE)
def test_nothing_is_granted_twice(evidence: list[Evidence]) -> None:
    for policy in refined(evidence).policies:
        pairs = [
            (grant.action, grant.resource, one.statement.conditions)
            for one in policy.statements
            for grant in one.grants
        ]
        assert len(pairs) == len(set(pairs))


@given(EVIDENCE, st.randoms(use_true_random=False))
def test_the_order_of_events_changes_nothing(
    evidence: list[Evidence], chance: random.Random
) -> None:
    shuffled = [*evidence, *evidence]
    chance.shuffle(shuffled)

    assert json.dumps(refined(shuffled).to_json()) == json.dumps(refined(evidence).to_json())


@given(EVIDENCE)
def test_refining_twice_changes_nothing(evidence: list[Evidence]) -> None:
    once = refined(evidence)
    twice = refined(evidence, generated=list(rendered(once).values()))

    assert rendered(twice) == rendered(once)


def created(*names: str) -> list[Evidence]:
    """Queues that the run created, in one call each."""
    return [
        Evidence.from_json(
            {
                "action": "sqs:CreateQueue",
                "resource": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
                "outcome": "succeeded",
                "principal": ROLE,
                "region": REGION,
                "event_id": f"event-{name}",
                "time": "2026-11-23T17:00:00Z",
                "source": "sqs.amazonaws.com",
                "name": "CreateQueue",
            }
        )
        for name in names
    ]


def made_anew(
    granted: Template, evidence: Sequence[Evidence], values: Mapping[str, str]
) -> list[Template]:
    """The grant with each `*` as long as what it stood for in the run, for each such resource."""
    parts = filled(granted, values).parts
    pattern = re.compile(
        "".join(
            "(.*)" if one == ANY else "." if one == ONE else re.escape(str(one)) for one in parts
        )
    )
    named = {asked.resource for line in evidence for asked in spellings(line)}
    named |= {implied.resource for line in evidence for implied in line.implies}
    found = []
    for match in filter(None, map(pattern.fullmatch, sorted(named))):
        stood = iter(match.groups())
        anew = (
            [ONE if c.isalnum() else c for c in next(stood)] if one == ANY else [one]
            for one in parts
        )
        found.append(Template.of(*itertools.chain.from_iterable(anew)))
    return found


# Where more evidence shows that a name's beginning is made up, too, nothing of the name is fixed.
# Then the grant keeps how it is made, `????????????*-????????????*`: not all that a `*` matched,
# but all that a machine may make of it.
@given(EVIDENCE, EVIDENCE)
@example(created("orders", "1A2B3C4D5E6F-abcdef123456"), created("orders-1A2B3C4D5E6F"))
@example(created("abcdef123456-1A2B3C4D5E6F"), created("orders-abcdef123456"))
@example(created("1A2B3C4D5E6F-1790000000000"), created("orders-1A2B3C4D5E6F"))
def test_more_evidence_never_removes_a_grant(
    evidence: list[Evidence], more: list[Evidence]
) -> None:
    before = refined(evidence)
    after = refined([*evidence, *more])
    values = dict(after.variables)
    grants = {
        policy.principal: [grant for one in policy.statements for grant in one.grants]
        for policy in after.policies
    }

    for policy in before.policies:
        for grant in (grant for one in policy.statements for grant in one.grants):
            wide = [one.resource for one in grants[policy.principal] if one.action == grant.action]
            shapes = [filled(one, values) for one in wide if ONE in one.parts]
            anew = made_anew(grant.resource, evidence, values)
            assert any(covers(one, grant.resource) for one in wide) or (
                anew and all(any(covers(shape, one) for shape in shapes) for one in anew)
            ), grant


@given(EVIDENCE)
def test_packs_grant_exactly_what_the_whole_grants(evidence: list[Evidence]) -> None:
    refinement = refined(evidence)
    values = dict(refinement.variables)
    for policy in refinement.policies:
        packs = [one.render(values) for one in policy.packed()]
        together = [statement for one in packs for statement in one["Statement"]]
        whole = policy.policy.render(values)["Statement"]
        assert sorted(together, key=str) == sorted(whole, key=str)
        assert all(policy_size(one) <= MANAGED_POLICY_LIMIT for one in packs)


@given(EVIDENCE)
def test_every_wildcard_has_a_reason(evidence: list[Evidence]) -> None:
    for policy in refined(evidence).policies:
        for one in policy.statements:
            values = (value for each in one.statement.conditions for value in each.values)
            spelled = (*one.statement.resources, *values)
            wild = {str(template) for template in spelled if template.wild}
            assert wild == {wildcard.resource for wildcard in one.wildcards}


@given(st.lists(lines(names=HOSTILE), min_size=1, max_size=8))
def test_no_text_changes_the_structure_of_the_policy(evidence: list[Evidence]) -> None:
    refinement = refined(evidence)

    for policy in refinement.policies:
        document = policy.policy.render(dict(refinement.variables))
        assert json.loads(policy_text(document)) == document
        for statement in document["Statement"]:
            assert set(statement) <= {"Sid", "Effect", "Action", "Resource", "Condition"}
            assert statement["Effect"] == "Allow"
            assert statement["Sid"].isascii()
            assert statement["Sid"].isalnum()
    for line in authorised(evidence):
        document = rendered(refinement)[line.principal]
        assert allows_line(document, line, ACCOUNT)
    assert Refinement.from_json(json.loads(json.dumps(refinement.to_json()))) == refinement


@given(HOSTILE)
def test_a_star_in_a_name_is_a_star_and_nothing_else(name: str) -> None:
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/a{name}*b"
    line = Evidence.from_json(
        {
            "action": "dynamodb:DescribeTable",
            "resource": table,
            "outcome": "succeeded",
            "principal": ROLE,
            "region": REGION,
            "event_id": "event-1",
            "time": "2026-11-23T17:00:00Z",
            "source": "dynamodb.amazonaws.com",
            "name": "DescribeTable",
        }
    )
    other = dataclasses.replace(line, resource=table.replace("*b", "another-b"))
    document = rendered(refined([line]))[ROLE]

    assert allows_line(document, line, ACCOUNT)
    assert not allows_line(document, other, ACCOUNT)


OWN = NAMES.map("orders-dev-{}".format)


def elsewhere(line: Evidence, service: str, stage: str) -> Evidence:
    """The same call of another service or stage: its words replaced wherever they stand."""

    def there(text: str) -> str:
        staged = re.sub(r"(?<![0-9A-Za-z])dev(?![0-9A-Za-z])", stage, text)
        return re.sub(r"\borders-", f"{service}-", staged)

    context = tuple((key, there(value)) for key, value in line.context)
    return dataclasses.replace(line, resource=there(line.resource), context=context)


@given(st.lists(lines(names=OWN), min_size=1, max_size=14))
def test_rendered_for_another_stage_it_allows_that_stages_cycle(evidence: list[Evidence]) -> None:
    refinement = refined(evidence)
    values = {**dict(refinement.variables), **PROCESS.spellings("prove")}
    documents = {one.principal: one.policy.render(values) for one in refinement.policies}

    for line in authorised(evidence):
        assert allows_line(documents[line.principal], elsewhere(line, "orders", "qa"), ACCOUNT)


@given(
    st.lists(lines(names=OWN), min_size=1, max_size=14),
    st.sampled_from(
        [("orders", "qa"), ("payments", "dev"), ("payments", "qa"), ("orders", "dev2")]
    ),
)
def test_no_policy_reaches_another_stage_or_service(
    evidence: list[Evidence], other: tuple[str, str]
) -> None:
    # APIs and keys are known by ids alone, which no service or stage is part of.
    named = [line for line in evidence if line.action.service not in ("apigateway", "kms")]
    documents = rendered(refined(named))

    for line in authorised(named):
        facts = reference.facts(line.action)
        if line.resource != "*" and (facts is None or facts.resource_level):
            foreign = elsewhere(line, *other)
            assert not allows_line(documents[line.principal], foreign, ACCOUNT), foreign


@given(EVIDENCE)
def test_a_split_grants_what_the_whole_grants_and_one_pass_role(evidence: list[Evidence]) -> None:
    whole = refined(evidence)
    parts = refine(
        run=RUN,
        process=SPLIT,
        generated=(),
        evidence=evidence,
        reference=reference,
        history=EarlierNames(),
    )

    assert all(has(whole, one) for one in grants_of_all(parts) if one.resource != JOINT)
    assert all(has(parts, one) for one in grants_of_all(whole))


def grants_of_all(refinement: Refinement) -> list[Grant]:
    return [
        grant
        for policy in refinement.policies
        for statement in policy.statements
        for grant in statement.grants
    ]


def has(refinement: Refinement, grant: Grant) -> bool:
    return any(
        one.action == grant.action and covers(one.resource, grant.resource)
        for one in grants_of_all(refinement)
    )


@given(
    st.sets(st.integers(0, 99), min_size=10, max_size=40),
    st.sampled_from(["orders", "svc", "api-v2"]),
    st.sampled_from(["table", "x", "dev-queue"]),
    st.integers(0, 99),
)
def test_a_family_reaches_its_own_numbers_and_nothing_else(
    numbers: set[int], head: str, tail: str, unseen: int
) -> None:
    evidence = [table_line(f"{head}-{number:02d}-{tail}") for number in sorted(numbers)]
    document = rendered(refined(evidence))[ROLE]

    assert all(allows_line(document, line, ACCOUNT) for line in evidence)
    assert allows_line(document, table_line(f"{head}-{unseen:02d}-{tail}"), ACCOUNT)
    for foreign in (
        f"{head}-{unseen:02d}-{tail}-more",
        f"{head}-{unseen:02d}",
        f"{head}-{unseen:03d}-{tail}",
        f"{head}-prod-{tail}",
        f"other-{unseen:02d}-{tail}",
        f"{head}-{unseen:02d}-other",
    ):
        assert not allows_line(document, table_line(foreign), ACCOUNT), foreign


def table_line(name: str) -> Evidence:
    return Evidence(
        action=Action("dynamodb", "DescribeTable"),
        resource=f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}",
        outcome=Outcome.SUCCEEDED,
        principal=ROLE,
        region=REGION,
        event_id=f"event-{name}",
        time="2026-11-23T17:00:00Z",
        source="dynamodb.amazonaws.com",
        name="DescribeTable",
    )

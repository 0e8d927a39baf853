"""What holds of every proof, whatever is denied, whenever it is cut short."""

import contextlib

import hypothesis.strategies as st
from hypothesis import given

from lambdas.errors import FencepostError
from lambdas.model.definition.variables import Use
from lambdas.model.iam.template_coverage import matches
from lambdas.prove_policy.denials import Denial, denials
from lambdas.prove_policy.installation.candidate_policies import (
    documents,
    install,
    own_policy,
    retire,
    values,
)
from lambdas.prove_policy.repair_plan import Before, plan, shared
from lambdas.prove_policy.resource_mapping import ResourceMapping
from lambdas.prove_policy.rounds import LIMIT, Build, Decision, Next, Round, decide
from tests.unit.prove_policy.builders import (
    CANDIDATE,
    ROUND,
    SANDBOX,
    FakeCandidate,
    a_denial,
    a_process,
    a_refinement,
    a_round,
    a_statement,
)

PATH = "/fencepost/orders/"
NEEDS = [a_denial(f"sqs:Do{letter}") for letter in "ABCDEFGH"]
needs = st.lists(st.sampled_from(NEEDS), unique=True).map(tuple)


def proof(
    needed: tuple[Denial, ...], granted: set[Denial], at_once: int
) -> tuple[list[Round], Decision]:
    """A cycle that is denied at most so many things before it fails; refinement grants each."""
    rounds: list[Round] = []
    while True:
        missing = tuple(one for one in needed if one not in granted)[:at_once]
        this = a_round(
            len(rounds) + 1, Build(succeeded=not missing, failed_phase="deploy"), *missing
        )
        decision = decide(this, rounds)
        rounds.append(
            Round.from_json(
                this.to_json() | {"repaired": [one.to_json() for one in decision.repair]}
            )
        )
        if decision.next in {Next.PROVED, Next.STOP}:
            return rounds, decision
        granted |= set(decision.repair)


@given(needs, needs, st.integers(1, 8))
def test_a_proof_ends_and_is_proved_exactly_when_all_that_is_needed_is_granted(
    needed: tuple[Denial, ...], granted: tuple[Denial, ...], at_once: int
) -> None:
    held = set(granted)
    rounds, decision = proof(needed, held, at_once)

    assert len(rounds) <= LIMIT
    assert (decision.next is Next.PROVED) is (set(needed) <= held)


@given(needs, needs, st.integers(1, 8))
def test_a_repair_is_never_more_than_was_denied(
    needed: tuple[Denial, ...], granted: tuple[Denial, ...], at_once: int
) -> None:
    rounds, _ = proof(needed, set(granted), at_once)

    for one in rounds:
        assert set(one.repaired) <= set(one.denied) <= set(needed) - set(granted)


@given(st.lists(st.sampled_from(NEEDS), min_size=1, unique=True), st.integers(1, LIMIT))
def test_a_refinement_that_never_learns_ends_the_proof(denied: list[Denial], number: int) -> None:
    failed = Build(succeeded=False, failed_phase="deploy")
    before = [a_round(n, failed, *denied, repaired=tuple(denied)) for n in range(1, number)]

    decision = decide(a_round(number, failed, *denied), before)

    assert (decision.next is Next.REPAIR) is (number == 1)


@given(st.text(max_size=400), st.integers(1, 4))
def test_no_output_of_a_tool_breaks_the_reading_of_denials(text: str, times: int) -> None:
    said = f"User: {text} is not authorized to perform: {text} on resource: {text}" * times

    found = denials([], said, candidate=CANDIDATE, prefix=f"{ROUND}.", region="eu-west-1")

    assert all(Denial.from_json(one.to_json()) == one for one in found)


IAMS = st.sampled_from(["iam:PutRolePolicy", "iam:PassRole", "iam:AttachUserPolicy", "iam:No"])
hostile = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["*", "role *", "role a*", "user ?", "policy arn:aws:iam::1:policy/*", '"']
        ),
        st.sampled_from(["arn:aws:iam::123456789012:role/*", "arn:*:iam::*:*", "\\", "${*}", " "]),
    ),
    max_size=6,
).map("".join)


@given(IAMS, hostile, hostile)
def test_no_output_of_a_tool_makes_a_repair_that_escalates_on_more_than_a_name(
    action: str, name: str, behind: str
) -> None:
    who = f"arn:aws:sts::123456789012:assumed-role/candidate-orders/{ROUND}.deploy"
    said = f"User: {who} is not authorized to perform: {action} on resource: {name} {behind}"
    found = denials([], said, candidate=CANDIDATE, prefix=f"{ROUND}.", region="eu-west-1")
    policy = own_policy(a_refinement(), SANDBOX, a_process())
    mapping = ResourceMapping.of(policy, (), (), learn={}, prove={})

    planned = plan(
        found,
        Before(
            mapping=mapping,
            policy=policy,
            first=(),
            earlier=(),
            candidate=CANDIDATE,
            principal=SANDBOX,
        ),
    )

    for one in planned:
        assert bool(one.hopeless) is not bool(one.grants)
        for grant in one.grants:
            assert "*" not in grant.resource
            assert "?" not in grant.resource


@given(st.lists(st.text("ab-/:", min_size=1, max_size=12), min_size=1, max_size=4))
def test_what_names_share_matches_each_of_them(names: list[str]) -> None:
    assert all(matches(shared(names), one) for one in names)


words = st.text("abcxyz019", min_size=1, max_size=6)


@given(words, words, st.lists(words, max_size=4))
def test_a_name_of_the_proof_becomes_the_name_of_the_first_cycle(
    learn: str, prove: str, parts: list[str]
) -> None:
    kept = [part for part in parts if part not in {learn, prove}]
    uses = (Use(name="stage", learn=learn, prove=prove),)
    mapping = ResourceMapping.of(
        own_policy(a_refinement(), SANDBOX, a_process()),
        (),
        uses,
        learn={"stage": learn},
        prove={"stage": prove},
    )

    (resource,) = mapping.counterparts("-".join([*kept, prove]), NEEDS[0].action)

    assert resource == "-".join([*kept, learn])


@given(st.text(max_size=30))
def test_a_text_matches_itself_spelled_as_iam_spells_it(text: str) -> None:
    escaped = "".join(f"${{{one}}}" if one in "*?$" else one for one in text)

    assert matches(escaped, text)
    assert matches("*", text)
    assert matches(f"{escaped}*", f"{text}more")


acts = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from(["", "create", "attach", "slow"])), max_size=6
)


@given(acts)
def test_wherever_a_proof_was_cut_short_the_next_one_starts_clean(
    history: list[tuple[int, str]],
) -> None:
    candidate = FakeCandidate()
    refinement = a_refinement(a_statement())
    for number, trouble in history:
        candidate.refuses = trouble if trouble != "slow" else ""
        candidate.slow = 1 if trouble == "slow" else 0
        wanted = documents(
            own_policy(refinement, SANDBOX, a_process()),
            values(refinement, a_process()),
            stem=f"fencepost-orders-run-r{number}",
        )
        with contextlib.suppress(FencepostError):
            install(candidate, PATH, wanted, "a proof")
        assert {arn.rsplit("/", 1)[-1] for arn in candidate.held} <= {one.name for one in wanted}

    retire(candidate, PATH)

    assert not candidate.held
    assert not candidate.policies

"""Laws of resources: whatever a record holds, a policy names `*` or ARNs, and nothing else."""

import json
import re
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.collect_evidence.translation.attribution import Attribution
from lambdas.collect_evidence.translation.translate import translate
from lambdas.model.iam.arn import is_resource
from lambdas.reference import actions as reference
from lambdas.reference.shards import shard
from tests.laws.test_refinement_laws import refined, rendered
from tests.unit.collect_evidence.trails import ROLE, evidence_of, record

_PATH = re.compile(r"\{([^{}$]+?)(?:\|\w+)?\}")
ODD = st.sampled_from(
    ["alias/to", "0987dcba-09fe", "arn:", "arn:aws:s3:::", "arn:::::", "arn:aws:kms:r:1:alias/a", "*", "**",
     "a b", "${aws:username}", "arn:aws:sns:*:*:t", "bare", "/path/name", "s3://b/k", "https://h/p?x=arn:y",
     "arn:aws:iam::111122223333:role/p/r", "AWSServiceRoleForConfig", "arn:aws:bedrock:*::foundation-model/m",
     "eu.anthropic.claude-3", "a:b:c:d:e:f:g", "{json}", "\n", "arn%3Aaws%3As3%3A%3A%3Ab"]
)  # fmt: skip


RULES = shard("events")["operations"]
CALLS = [
    *((service, name) for service in RULES for name in RULES[service]),
    *((service, one.name) for service in ("ec2", "kms", "iam", "ssm", "bedrock", "batch", "rds")
      for one in reference.actions_of(service)),
]  # fmt: skip


def _paths(service: str, name: str) -> list[str]:
    """The elements of a request from which the operation's own resources are read."""
    return sorted(set(_PATH.findall(json.dumps(RULES.get(service, {}).get(name, "")))))


def _common() -> list[str]:
    known = shard("resources")["synonyms"].values()
    names = {name for one in known for keys in one.values() for name in keys if "@" not in name}
    return sorted({name.strip("/=") for name in names})


def _put(request: dict[str, Any], path: str, value: object) -> None:
    head, _, rest = path.partition(".")
    if not rest:
        request[head] = value
    elif rest == "*":
        request[head] = [value]
    elif rest.startswith("*."):
        inner = request.setdefault(head, [{}])
        _put(inner[0], rest[2:], value) if isinstance(inner, list) else None
    elif isinstance(inner := request.setdefault(head, {}), dict):
        _put(inner, rest, value)


@st.composite
def calls(draw: st.DrawFn) -> tuple[tuple[str, str], dict[str, Any]]:
    """A call whose request holds anything where the reader looks."""
    called = draw(st.sampled_from(CALLS))
    request: dict[str, Any] = draw(st.dictionaries(NAMES, ODD | st.lists(ODD, max_size=2)))
    for path in _paths(*called):
        _put(request, path, draw(ODD))
    return called, request


NAMES = st.sampled_from(_common())


@settings(max_examples=300, deadline=None)
@given(made=calls(), answer=st.dictionaries(NAMES, ODD), named=st.lists(ODD, max_size=2))
def test_nothing_but_a_star_or_an_arn_reaches_evidence_or_a_policy(
    made: tuple[tuple[str, str], dict[str, Any]], answer: dict[str, Any], named: list[str]
) -> None:
    called, request = made
    one_call = record(*called, cast("Any", request), cast("Any", answer))
    one_call["resources"] = [{"ARN": arn} for arn in named]
    lines = translate(one_call, ROLE).evidence
    assert all(is_resource(one.resource) for one in lines), lines
    assert all(is_resource(one.resource) for line in lines for one in line.implies), lines

    evidence = evidence_of(one_call, Attribution(principal=ROLE))
    for document in rendered(refined(evidence)).values():
        for statement in cast("list[dict[str, Any]]", document["Statement"]):
            resources = statement["Resource"]
            for one in [resources] if isinstance(resources, str) else resources:
                assert is_resource(one), statement

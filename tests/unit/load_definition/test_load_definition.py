"""What a team's file adds to a process, and what it cannot reach."""

import base64
import gzip
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from lambdas.errors import ForbiddenKeyError, InvalidEventError, InvalidProcessError
from lambdas.load_definition.handler import load_definition
from lambdas.model.definition import process_schema
from lambdas.model.definition.moved_keys import MOVED
from lambdas.model.definition.process import Process
from lambdas.model.definition.process_parameter import registered
from lambdas.model.definition.process_schema import keys, schema
from lambdas.model.definition.team_file import TEAM, TEAM_FILE_LIMIT, with_team
from tests.unit.document_failure.failures import RUN

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:npm-a1B2c3"
FORBID = {"action": "iam:CreateUser", "reason": "People come from the identity provider."}
PLATFORM: dict[str, Any] = {
    "description": "Orders",
    "owner": "team@example.com",
    "source": {"git": "https://github.com/o/r", "ref": "main"},
    "definition": "source",
    "secrets": {"NPM_TOKEN": ARN},
    "environment": {"HTTPS_PROXY": "http://proxy.example"},
    "build": {"timeout": 60},
    "policy": {"bounds": [{"action": "s3:*"}], "grants": {"forbid": [FORBID]}},
}
PHASES = {"deploy": ["make deploy"], "remove": ["make remove"]}
# Of process.yaml, whatever a team may not say, with a value that would be right there.
PLATFORMS = {
    "description": "Ours",
    "owner": "mallory@example.com",
    "source": {"git": "https://github.com/mallory/r"},
    "definition": "source",
    "sandbox": "production",
    "regions": ["eu-west-1"],
    "secrets": {"ADMIN": ARN},
    "schedule": "rate(1 day)",
    "build": {"privileged": True},
    "proof": {"attempt": False},
}
POLICYS = {
    "approve": "narrower",
    "boundary": "none",
    "bounds": [{"action": "*:*"}],
    "conditions": {"containment": False},
}


def platform(**changes: Any) -> dict[str, Any]:
    return registered(Process.from_mapping("orders", PLATFORM | changes))


def loaded(team: object, definition: dict[str, Any] | None = None) -> dict[str, Any]:
    text = team if isinstance(team, str) else yaml.safe_dump(team, sort_keys=False)
    exported = base64.b64encode(gzip.compress(text.encode())).decode()
    event = {"run": RUN, "process": definition or platform(), "text": exported}
    return load_definition(event)


def refused(team: object) -> InvalidProcessError:
    with pytest.raises(InvalidProcessError) as caught:
        loaded(team)
    return caught.value


def test_a_team_decides_phases_and_hints_and_the_platform_all_else() -> None:
    add = {"action": "s3:GetObject", "resource": "*", "reason": "The drill."}
    also = {"action": "iam:CreateAccessKey", "reason": "Nobody."}
    answer = loaded(
        {
            "variables": {"stage": {"learn": "dev", "prove": "qa"}},
            "environment": {"STAGE": "{stage}"},
            "install": ["npm ci"],
            "phases": PHASES,
            "policy": {
                "grants": {"add": [add], "forbid": [also]},
                "headroom": ["AWS::SQS::Queue"],
                "derivations": {"update": False},
            },
        }
    )
    found = answer["process"]

    assert found.pop("name") == "orders"
    process = Process.from_mapping("orders", found)
    assert list(found["phases"]) == ["deploy", "remove"]
    assert found["policy"]["grants"] == {"add": [add], "forbid": [FORBID, also]}
    assert process.hints.derivations_off == {"update"}
    assert (process.owner, process.build.timeout) == ("team@example.com", 60)
    assert dict(process.environment) == {"HTTPS_PROXY": "http://proxy.example", "STAGE": "{stage}"}
    assert [one.reference for one in process.secrets] == [ARN]
    script = json.loads(answer["buildspec"])["phases"]["build"]["commands"][0]
    assert script.index("export HTTPS_PROXY") < script.index("secret NPM_TOKEN")
    assert script.index("secret NPM_TOKEN") < script.index("given=(STAGE=dev)")
    assert "phase deploy 'make deploy'" in script


def test_every_key_of_the_platform_is_refused_by_its_name() -> None:
    assert set(PLATFORMS) == set(keys()) - set(keys(TEAM))
    assert set(POLICYS) == set(keys("policy")) - set(keys(f"{TEAM}.policy"))
    for key, value in PLATFORMS.items():
        error = refused({"phases": PHASES, key: value})
        assert type(error) is ForbiddenKeyError
        assert str(error).startswith(f"fencepost.yaml:6: {key}: is the platform's to say")
    for key, hint in POLICYS.items():
        error = refused({"policy": {key: hint}, "phases": PHASES})
        assert type(error) is ForbiddenKeyError
        assert str(error).startswith(f"fencepost.yaml:2: policy.{key}: is the platform's to say")


@pytest.mark.parametrize("key", MOVED)
def test_no_spelling_of_0_1_goes_around(key: str) -> None:
    assert str(refused({"phases": PHASES, key: {}})).startswith(f"fencepost.yaml:6: {key}: unknown")


@pytest.mark.parametrize(
    ("team", "key"),
    [
        ({"environment": {"HTTPS_PROXY": "http://mallory.example"}}, "environment.HTTPS_PROXY"),
        ({"environment": {"NPM_TOKEN": "x"}}, "environment.NPM_TOKEN"),
        ({"policy": {"derivations": {"rollback": True}}}, "policy.derivations.rollback"),
        ({"policy": {"split": "cloudformation"}}, "policy.split"),
    ],
)
def test_nothing_that_the_platform_says_is_said_again(team: dict[str, Any], key: str) -> None:
    policy = {"derivations": {"rollback": False}, "split": "cloudformation"}

    with pytest.raises(ForbiddenKeyError) as caught:
        loaded({**team, "phases": PHASES}, platform(policy=policy))

    assert f": {key}: is " in str(caught.value)


def test_phases_are_one_sides() -> None:
    with pytest.raises(ForbiddenKeyError, match=r"yaml:1: phases: is decided by process\.yaml"):
        loaded({"phases": PHASES}, platform(phases=PHASES))
    assert loaded({"install": ["npm ci"]}, platform(phases=PHASES))["process"]["phases"] == PHASES
    assert str(refused({"install": ["npm ci"]})) == (
        "fencepost.yaml:1: phases: missing; every process needs it"
    )


def test_a_line_of_a_list_is_told_as_the_team_wrote_it() -> None:
    text = (
        "phases: {deploy: [a], remove: [b]}\npolicy:\n  grants:\n    forbid:\n    - action: iam\n"
    )

    assert str(refused(text)).startswith(
        "fencepost.yaml:5: policy.grants.forbid[0].action: is 'iam'"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &a [x]\nb: [*a, *a, *a]\n", "1: has an anchor or an alias"),
        ("phases: *nowhere\n", "1: has an anchor or an alias"),
        ("phases: !!python/object/apply:os.system [id]\n", "1: has a tag"),
        ("phases: !!binary aGk=\n", "1: has a tag"),
        ("[" * 5_000, "1: is deeper than a definition"),
        ("a: 1\n---\nb: 2\n", "2: is deeper than a definition, or several"),
        ('phases: {deploy: ["rm\\u202Ex"]}\n', "1: holds U+202E, which nobody sees"),
        ('phases: {deploy: ["a\\0b"]}\n', "1: holds U+0000"),
        ("phases: {deploy: [a]\n", "is not YAML"),
        ("install: [a]\ninstall: [b]\n", "2: install: stands here again"),
        ("when: 2026-99-99\n", "holds a value that cannot be read"),
        (f"n: {'9' * 5_000}\n", "holds a value that cannot be read"),
        ("", "1: is None; write a mapping"),
        ("- owner\n", "1: is ['owner']; write a mapping"),
        ("phases: 7\n", "1: phases: is not a mapping"),
        ("1: 2\n", "1: 1: unknown key"),
        ("environment: [x]\nphases: {deploy: [a], remove: [b]}\n", "1: environment: is decided"),
        ("<<: {owner: mallory@example.com}\n", "owner: is the platform's to say"),
        (f"install: [{'x' * 9_000}]\nphases: {{deploy: [a], remove: [b]}}\n", "characters; 7168"),
    ],
)
def test_what_is_not_a_plain_definition_is_refused_with_its_line(text: str, problem: str) -> None:
    assert problem in str(refused(text))


def test_a_problem_quotes_no_more_than_a_mail_bears() -> None:
    assert len(str(refused({"install": "x" * 12_000, "phases": PHASES}))) < 1_100


def test_a_file_that_unpacks_to_more_than_it_may_is_not_unpacked() -> None:
    bomb = base64.b64encode(gzip.compress(b" " * 50_000_000)).decode()

    with pytest.raises(InvalidProcessError, match=f"larger than {TEAM_FILE_LIMIT} bytes"):
        load_definition({"run": RUN, "process": platform(), "text": bomb})


@pytest.mark.parametrize(
    "text", ["", "?", "aGVsbG8=", base64.b64encode(gzip.compress(b"a: b", mtime=0)[:-5]).decode()]
)
def test_what_no_build_exports_is_an_error_of_the_contract(text: str) -> None:
    with pytest.raises(InvalidEventError):
        load_definition({"run": RUN, "process": platform(), "text": text})


TEXTS = st.text("abc*{}$ ", max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=6,
)
NAMES = st.sampled_from([*keys(), *keys("policy"), "HTTPS_PROXY", "forbid", "add"])
FILES = st.recursive(VALUES, lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=12)


@given(FILES)
def test_whatever_a_file_says_the_platform_s_word_stays(team: object) -> None:
    before = platform()
    try:
        found = with_team(before, team)
    except InvalidProcessError:
        return

    for key in PLATFORMS:
        assert found.get(key) == before.get(key)
    for key in POLICYS:
        assert found["policy"].get(key) == before["policy"].get(key)
    assert found["environment"]["HTTPS_PROXY"] == "http://proxy.example"
    assert found["policy"]["grants"]["forbid"][:1] == [FORBID]


def test_an_editor_refuses_what_the_step_refuses() -> None:
    file = process_schema.SCHEMA_FILE.with_name("fencepost.schema.json")
    own = json.loads(file.read_text(encoding="utf-8"))
    known = Registry().with_resource("process.schema.json", Resource.from_contents(schema()))
    validator = Draft202012Validator(own, registry=known)

    assert validator.is_valid({"phases": PHASES, "policy": {"grants": {"forbid": [FORBID]}}})
    for key, value in PLATFORMS.items():
        assert not validator.is_valid({"phases": PHASES, key: value})
    assert not validator.is_valid({"phases": {"deploy": ["a"]}})

"""Secrets of a process: given to its commands, and found nowhere in what is kept of them."""

import base64
import json
import shutil
from urllib.parse import quote, quote_plus

import pytest

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.process import Process
from tests.stacks.samples import Json, definition
from tests.unit.cycle.machine import Built, Machine

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the build needs bash")
PLANTED = "a secret of the laptop"
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:npm-a1B2c3"
SECRETS = {
    "a token": "npm_0123456789abcdefABCDEF",
    "a word for each alphabet": 'p+s/w"o\\r d~ß?=&%',
    "a key of several lines": "-----BEGIN KEY-----\nAAAA/BBBB+CCCCC==\nDDDDEEEE\n-----END KEY-----",
    "a long one": "0123456789" * 12,
}


def spellings(secret: str) -> dict[str, str]:
    """A secret as tools print it."""
    coded = {
        f"base64 behind {before!r}": base64.b64encode(f"{before}{secret}:".encode()).decode()
        for before in ("", "u", "me", "_auth=")
    }
    return {
        "plain": f"token {secret} end",
        "JSON": json.dumps({"token": secret}, ensure_ascii=False),
        "URL": f"https://x.example/?t={quote(secret, safe='')}",
        "a form": f"t={quote_plus(secret)}",
        "base64 for URLs": base64.urlsafe_b64encode(secret.encode()).decode(),
        "base64 in lines": base64.encodebytes(secret.encode()).decode(),
        **coded,
    }


def built(machine: Machine, value: str, *commands: str, **environment: str) -> Built:
    (machine.folder / "value").write_text(value)
    machine.answer("secretsmanager get-secret-value", f'cat "{machine.folder}/value"')
    raw: Json = definition(
        secrets={"NPM_TOKEN": ARN}, phases={"deploy": list(commands), "remove": ["true"]}
    )
    return machine.build(raw, **environment)


def pieces(secret: str) -> list[str]:
    """What nobody may read: the secret, its lines, and the middle of them in base64."""
    lines = [one for one in secret.split("\n") if len(one) >= 8]
    coded = [
        base64.b64encode(f"{'x' * k}{one}".encode()).decode()[4 : -4 or None]
        for one in [secret, *lines]
        for k in range(3)
    ]
    return [*lines, *(one for one in coded if len(one) >= 8), quote(secret, safe="")]


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_a_planted_secret_is_masked_however_a_tool_spells_it(machine: Machine, secret: str) -> None:
    (machine.source / "said").write_text("\n".join(spellings(secret).values()) + "\n")

    found = built(
        machine, secret, "cat said", 'test "$NPM_TOKEN" = "$(cat ../value)"', "cat said; false"
    )

    assert (found.failed, found.status) == ("deploy", 0)
    for kept in (found.output, found.tail):
        assert "***" in kept
        for one in pieces(secret):
            assert one not in kept


def test_every_line_of_a_log_but_the_secret_stays_as_it_was(machine: Machine) -> None:
    found = built(
        machine, SECRETS["a token"], "printf 'a  b\\\\n\\t*\\n'; echo 0123456789abcdef; printf end"
    )

    assert "a  b\\n\t*\n0123456789abcdef\nend\n" in found.output


def test_the_builds_own_credentials_read_it_and_no_session_of_the_cycle(machine: Machine) -> None:
    found = built(machine, SECRETS["a token"], "true")

    (call,) = [one for one in found.calls if "get-secret-value" in one]
    assert call.startswith("/v2/credentials|")
    assert f"--region eu-west-1 --secret-id {ARN} " in call


def test_a_run_of_another_revision_gets_no_secret(machine: Machine) -> None:
    found = built(machine, SECRETS["a token"], 'test -z "${NPM_TOKEN-}"', FENCEPOST_ASIDE="feature")

    assert found.status == 0
    assert not [one for one in found.calls if "get-secret-value" in one]
    assert "NPM_TOKEN is not given to another revision" in found.output


def test_it_gets_them_when_the_process_says_so(machine: Machine) -> None:
    machine.answer("ssm get-parameter", "echo 0123456789")
    raw = definition(
        secrets={"A": "arn:aws:ssm:eu-west-1:123456789012:parameter/a/b"},
        build={"secretsForRevisions": True},
        phases={"deploy": ['test "$A" = 0123456789'], "remove": ["true"]},
    )

    assert machine.build(raw, FENCEPOST_ASIDE="feature").status == 0


@pytest.mark.parametrize(
    ("answer", "told"),
    [("exit 254", "cannot be read"), ("echo short", "shorter than eight characters")],
)
def test_without_its_secret_a_process_is_not_begun(
    machine: Machine, answer: str, told: str
) -> None:
    machine.answer("secretsmanager get-secret-value", answer)
    raw = definition(secrets={"T": ARN}, install=["echo > installed"])

    found = machine.build(raw)

    assert (found.failed, found.done) == ("source", [])
    assert told in found.tail
    assert not (machine.source / "installed").exists()


def test_a_value_of_a_document_is_picked_by_its_key(machine: Machine) -> None:
    machine.answer(
        "secretsmanager get-secret-value", """echo '{"user": "me", "word": "0123456789"}'"""
    )
    raw = definition(
        secrets={"T": f"{ARN}:word"},
        phases={"deploy": ['test "$T" = 0123456789'], "remove": ["true"]},
    )

    assert machine.build(raw).status == 0
    assert Process.from_mapping("a", raw).to_mapping()["secrets"] == {"T": f"{ARN}:word"}


@pytest.mark.parametrize(
    ("secrets", "key"),
    [
        ([], "secrets"),
        ({"T": "hunter2-hunter2"}, "secrets.T"),
        ({"AWS_PROFILE": ARN}, "secrets.AWS_PROFILE"),
        ({"A": ARN}, "secrets.A"),
    ],
)
def test_a_secret_is_named_by_where_it_is_kept_and_never_told(secrets: Json, key: str) -> None:
    with pytest.raises(InvalidProcessError) as refused:
        Process.from_mapping("a", definition(secrets=secrets, environment={"A": "b"}))

    assert refused.value.key == key
    assert "hunter2" not in str(refused.value)


def test_on_a_laptop_it_is_read_where_the_embedded_aws_keeps_it(machine: Machine) -> None:
    found = built(machine, PLANTED, 'echo "token $NPM_TOKEN"', FENCEPOST_SECRETS="fencepost/orders")

    (call,) = [one for one in found.calls if "get-secret-value" in one]
    assert "--secret-id fencepost/orders/NPM_TOKEN" in call
    assert ARN not in call
    assert PLANTED not in found.output
    assert "token ***" in found.output

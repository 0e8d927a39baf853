"""check, explain, diff and learn, as a person or a workflow calls them."""

import gzip
import json
import shutil
import time
from pathlib import Path

import jsonschema
import pytest

from foretell.knowledge.knowledge import Knowledge
from foretell.report import check_schema
from local.command_line.main import main
from tests.unit.foretell.deployments import QUEUE, resource, template

ROOT = Path(__file__).parents[3]
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deployer"


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dossier of a small run, made from a trail that was handed in."""
    folder = tmp_path_factory.mktemp("dossier")
    issuer = {"type": "Role", "arn": ROLE, "accountId": ACCOUNT, "userName": "deployer"}
    who = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/run.deploy",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": issuer},
        "invokedBy": "cloudformation.amazonaws.com",
    }
    record = {
        "eventVersion": "1.11", "userIdentity": who, "eventTime": "2026-11-23T17:00:00Z",
        "eventSource": "sqs.amazonaws.com", "eventName": "CreateQueue", "awsRegion": "eu-west-1",
        "sourceIPAddress": "cloudformation.amazonaws.com", "userAgent": "cloudformation.amazonaws.com",
        "requestParameters": {"queueName": "mail"}, "responseElements": None,
        "eventID": "0a1b2c3d-0000-4000-8000-000000000001", "recipientAccountId": ACCOUNT,
    }  # fmt: skip
    trail = folder / "trail.json"
    trail.write_text(json.dumps({"Records": [record]}))
    assert (
        main(
            [
                "policy",
                str(trail),
                "--principal",
                ROLE,
                "--session",
                "run.",
                "--out",
                str(folder / "run"),
            ]
        )
        == 0
    )
    return folder / "run"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    (tmp_path / "mail.json").write_text(template(Mail=resource(QUEUE, QueueName="mail")))
    (tmp_path / "more.json").write_text(
        template(
            Mail=resource(QUEUE, QueueName="mail"), News=resource("AWS::SNS::Topic", TopicName="n")
        )
    )
    return tmp_path


def test_a_policy_that_lacks_something_ends_with_one(
    dossier: Path, written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["check", "--policy", str(dossier), "--template", str(written / "more.json")])

    out = capsys.readouterr().out
    assert status == 1
    assert "sns:CreateTopic on arn:aws:sns:eu-west-1:123456789012:n" in out
    assert "sqs:CreateQueue" not in out


def test_a_change_is_judged_alone(
    dossier: Path, written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more, mail = str(written / "more.json"), str(written / "mail.json")
    line = ["check", "--policy", str(dossier), "--template", mail, "--base", mail, "--json"]

    assert main(line) == 0
    same = json.loads(capsys.readouterr().out)
    assert main([*line[:4], more, *line[5:]]) == 1
    whole = json.loads(capsys.readouterr().out)

    jsonschema.Draft202012Validator(check_schema()).validate(whole)
    assert same["missing"] == []
    assert {one["action"].partition(":")[0] for one in whole["missing"]} == {"sns"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--policy", "nobody", "--template", "t.json"], "there is no nobody"),
        (["--policy", "DOSSIER/..", "--template", "t.json"], "holds no refined.json"),
        (["--policy", "DOSSIER", "--template", "nowhere.yaml"], "there is no nowhere.yaml"),
        (["--policy", "DOSSIER", "--template", "DOSSIER"], "is no cloud assembly"),
        (["--policy", "DOSSIER", "--template", "x", "--set", "a"], "write NAME=VALUE"),
        (["--policy", "DOSSIER", "--template", "x", "--knowledge", "DOSSIER/refined.json"], "there is no x"),
    ],
)  # fmt: skip
def test_what_could_not_be_told_ends_with_two_and_the_reason(
    dossier: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["check", *(one.replace("DOSSIER", str(dossier)) for one in words)])

    assert status == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("form", ["markdown", "sarif", "json"])
def test_what_could_not_be_told_stands_in_the_report_too(
    dossier: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["check", "--policy", str(dossier), "--template", "nowhere.yaml", "--format", form]

    assert main(line) == 2
    out = capsys.readouterr().out
    assert "nowhere" in out
    if form == "json":
        jsonschema.Draft202012Validator(check_schema()).validate(json.loads(out))


def test_two_hundred_resources_are_judged_within_three_seconds(
    dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = (QUEUE, "AWS::SNS::Topic", "AWS::Lambda::Function", "AWS::IAM::Role")
    large = tmp_path / "large.json"
    large.write_text(template(**{f"R{n}": resource(kinds[n % 4]) for n in range(200)}))
    began = time.process_time()  # a busy machine makes nothing slower

    main(["check", "--policy", str(dossier), "--template", str(large)])

    assert time.process_time() - began < 3
    assert "200 resources" in capsys.readouterr().out


def test_an_explanation_says_who_saw_it_and_what_breaks(
    dossier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", str(dossier), "sqs:Create*"]) == 0

    out = capsys.readouterr().out
    assert "observed: 1 event" in out
    assert "through CloudFormation, first at 2026-11-23T17:00:00Z" in out
    assert "Without it: the call is refused" in out


def test_what_is_not_granted_is_said_and_a_document_without_reasons_too(
    dossier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", str(dossier), "s3:GetObject"]) == 1
    assert "does not grant s3:GetObject" in capsys.readouterr().out

    assert main(["explain", str(dossier / "policy.json"), "s3:GetObject"]) == 2
    assert "holds no reasons" in capsys.readouterr().err


def test_a_process_of_an_archive_is_a_policy_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.unpack_archive(ROOT / "tests/fixtures/v0.1.0/archive.zip", tmp_path)

    assert main(["explain", "orders", "iam:PassRole", "--archive", str(tmp_path), "--json"]) == 0
    (grant,) = json.loads(capsys.readouterr().out)["grants"]
    assert grant["statement"] == "PassRoleToLambda"


def test_two_policies_are_compared_by_access(
    dossier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refined = json.loads((dossier / "refined.json").read_text())
    (statement,) = [one for one in refined["policies"][0]["statements"] if "sqs:CreateQueue" in one["actions"]][:1]  # fmt: skip
    statement["actions"].append("sqs:PurgeQueue")
    other = tmp_path / "refined.json"
    other.write_text(json.dumps(refined))

    assert main(["diff", str(dossier), str(dossier)]) == 0
    assert "to the letter" in capsys.readouterr().out
    assert main(["diff", str(dossier), str(other)]) == 1
    assert "sqs:PurgeQueue" in capsys.readouterr().out


def test_what_a_run_showed_is_kept_and_makes_a_line_seen(
    dossier: Path, written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "known.json"
    evidence = dossier / "evidence.jsonl.gz"
    line = json.loads(gzip.decompress(evidence.read_bytes()).decode().splitlines()[0])

    assert line["phase"] == "deploy"
    assert main(["learn", str(dossier), "--template", str(written / "mail.json"), "--into", str(into)]) == 0  # fmt: skip

    known = Knowledge.from_text(into.read_text(), str(into))
    (row,) = [one for one in known.rows if one.subject == QUEUE]
    assert row.calls == ("sqs:CreateQueue",)
    assert main(["learn", str(dossier / "policy.json"), "--template", "x", "--into", str(into)]) == 2  # fmt: skip
    assert "has no evidence" in capsys.readouterr().err

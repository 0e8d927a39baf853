"""The largest mail passes the state that sends it, whole."""

import email
import json
from email import policy as email_policy
from pathlib import Path
from typing import Any

import pytest

from lambdas.document_policy.mail import message, subject
from lambdas.model.limits import MAIL_LIMIT
from local.connection import Connection
from tests.embedded_aws.workloads import a_role, jsonata, run
from tests.unit.document_policy.explained import statement
from tests.unit.document_policy.samples import of_statements, run_facts

pytestmark = pytest.mark.flow
ROOT = Path(__file__).parents[2]
OF_A_DOSSIER = ("subject", "message", "dossier", "report", "verdict")


def notify_team(topic: str) -> dict[str, Any]:
    """The workflow's own state, as the last of a machine that is given what DocumentPolicy says."""
    whole = json.loads((ROOT / "statemachine" / "build_policy.asl.json").read_text())
    notify = whole["States"]["NotifyTeam"]
    notify["Arguments"]["TopicArn"] = topic
    del notify["Catch"]
    given = {
        "Type": "Pass",
        "Assign": {
            "dossier": "{% $states.input.dossier %}",
            "process": "{% $states.input.process %}",
            "run": "{% $states.input.run %}",
            "unannounced": None,
        },
        "Output": {},
        "Next": "NotifyTeam",
    }
    return jsonata({"Given": given, "NotifyTeam": notify})


def test_a_mail_of_the_largest_size_arrives_whole(embedded: Connection) -> None:
    one = statement("Sqs", "Send messages.", ["sqs:SendMessage"], [f"arn:aws:sqs:::{'q' * 80}"])
    facts = run_facts(of_statements(*[one] * 4_000))
    text = message(facts, place="s3://archive/", seal="0")
    sns = embedded.client("sns")
    topic = sns.create_topic(Name="largest-mail")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="largest@example.com")
    role = a_role(embedded, "states.amazonaws.com", actions=["sns:Publish"])
    dossier = dict.fromkeys(OF_A_DOSSIER, "") | {"subject": subject(facts), "message": text}

    ended = run(
        embedded,
        role,
        notify_team(topic),
        {
            "dossier": dossier,
            "process": {"owner": facts.process.owner},
            "run": {"id": facts.run.id, "process": facts.process.name},
        },
    )

    assert ended["status"] == "SUCCEEDED", ended
    assert MAIL_LIMIT - 500 < len(text.encode()) <= MAIL_LIMIT
    sent = [
        email.message_from_bytes(one.read_bytes(), policy=email_policy.default)
        for one in embedded.inbox.glob("*.eml")
    ]
    (mail,) = [one for one in sent if "largest@example.com" in one["To"]]
    assert text.strip() in mail.get_content()

"""An event that cannot be put loses neither the mail nor the run, and is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.connection import Connection
from tests.embedded_aws.workloads import a_role, jsonata, run

pytestmark = pytest.mark.flow
ROOT = Path(__file__).parents[2]
GIVEN = ("dossier", "process", "run", "notice")


def ending(topic: str) -> dict[str, Any]:
    """How the workflow ends: the event of a failure, then the mail about it."""
    whole = json.loads((ROOT / "statemachine" / "build_policy.asl.json").read_text())["States"]
    announce, notify = whole["AnnounceFailure"], whole["NotifyFailure"]
    notify["Arguments"]["TopicArn"] = topic
    notify.update(Catch=[], End=True)
    del notify["Next"]
    announce["Retry"] = []
    given = {name: f"{{% $states.input.{name} %}}" for name in GIVEN}
    begin = {
        "Type": "Pass",
        "Assign": {**given, "held": None, "unannounced": None},
        "Output": {},
        "Next": "AnnounceFailure",
    }
    return jsonata({"Given": begin, "AnnounceFailure": announce, "NotifyFailure": notify})


@pytest.mark.parametrize(
    ("actions", "event", "said"),
    [
        (["sns:Publish"], {"version": "1"}, "AccessDenied"),
        (["sns:Publish", "events:PutEvents"], {"version": "1"}, ""),
    ],
    ids=["refused", "put"],
)
def test_an_event_that_cannot_be_put_is_said_in_the_mail(
    embedded: Connection,
    request: pytest.FixtureRequest,
    actions: list[str],
    event: dict[str, Any],
    said: str,
) -> None:
    name = f"untold-{request.node.callspec.id.replace(' ', '-')}"
    sns = embedded.client("sns")
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=f"{name}@example.com")
    role = a_role(embedded, "states.amazonaws.com", actions=actions)
    notice = {"subject": name, "message": "the run failed", "event": event}
    about = {"process": {"owner": "team@example.com"}, "run": {"id": "r", "process": "orders"}}
    given = {"dossier": {}, **about, "notice": notice}

    ended = run(embedded, role, ending(topic), given)

    assert ended["status"] == "SUCCEEDED", ended
    mails = [one.read_text(encoding="utf-8") for one in embedded.inbox.glob("*.eml")]
    (mail,) = [one for one in mails if f"{name}@example.com" in one]
    assert "the run failed" in mail
    assert ("Not every event" in mail) == bool(said)
    assert said in mail.replace("=\n", "").replace("\n", " ")

"""The three rules of docs/integrations.md, deployed as they stand, each with what reaches its target."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint

from local.connection import Connection
from tests.run_events import problems

Eventually = Callable[[Callable[[], Any]], Any]

pytestmark = pytest.mark.local
PAGE = (Path(__file__).parents[2] / "docs" / "integrations.md").read_text(encoding="utf-8")
TEMPLATES = dict(re.findall(r"```yaml\n# ([a-z-]+)\.yaml\n(.*?)```", PAGE, re.DOTALL))
SHA256 = "0" * 64
OBJECT = {"key": "orders/20261129T120000Z-0a1b2c3d/policy.json", "sha256": SHA256}
DETAIL = {
    "version": "1", "process": "orders", "run": "20261129T120000Z-0a1b2c3d", "account": "123456789012",
    "region": "eu-west-1", "executionArn": "arn:aws:states:eu-west-1:123456789012:execution:m:e",
    "shownOn": "AWS", "verdict": "proved", "reason": "", "details": [], "policies": [OBJECT], "policy": OBJECT,
    "dossier": {"bucket": "archive", "prefix": "orders/20261129T120000Z-0a1b2c3d/"}, "statements": 1, "grants": 1,
    "compared": {"run": "r", "standing": "approved", "new": 3, "gone": 0},
}  # fmt: skip
HOSTILE = '"}, {"x": "$(id) <script> |'
FAILED = {
    **{name: DETAIL[name] for name in ("version", "process", "run", "account", "region", "executionArn", "shownOn")},
    "state": HOSTILE, "error": HOSTILE, "cause": HOSTILE,
}  # fmt: skip
WIDENED = {
    **{name: value for name, value in DETAIL.items() if name != "policies"},
    "new": [{"actions": [HOSTILE], "resource": HOSTILE, "cause": HOSTILE}], "reason": HOSTILE,
}  # fmt: skip


def deployed(embedded: Connection, name: str, **parameters: str) -> dict[str, str]:
    """The physical ids of a stack of the page."""
    stacks, stack = embedded.client("cloudformation"), f"page-{name}"
    stacks.create_stack(
        StackName=stack,
        TemplateBody=TEMPLATES[name],
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
    )
    stacks.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    found = stacks.describe_stack_resources(StackName=stack)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}


def put(embedded: Connection, kind: str, detail: dict[str, Any]) -> None:
    assert problems({"source": "fencepost", "detail-type": kind, "detail": detail}) == []
    entry = {"Source": "fencepost", "DetailType": kind, "Detail": json.dumps(detail)}
    answer = embedded.client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_of_the_page_is_sound(name: str) -> None:
    # Some regions lack a service; this page's are wherever they exist.
    config = ManualArgs(regions=["eu-west-1"])
    assert [str(one) for one in lint(TEMPLATES[name], config=config)] == []


def test_a_published_policy_starts_the_build_that_opens_a_pull_request(
    embedded: Connection, eventually: Eventually
) -> None:
    made = deployed(
        embedded, "pull-request", ArchiveBucket="archive", Repository="owner/name",
        ArchiveKey="arn:aws:kms:eu-west-1:123456789012:key/k",
        Token="arn:aws:secretsmanager:eu-west-1:123456789012:secret:t",
    )  # fmt: skip
    builds = embedded.client("codebuild")

    put(embedded, "Policy Published", {**DETAIL, "shownOn": "an embedded AWS"})
    put(embedded, "Policy Published", DETAIL)

    ids = eventually(lambda: builds.list_builds_for_project(projectName=made["Build"])["ids"])
    (build,) = builds.batch_get_builds(ids=ids)["builds"]
    given = {one["name"]: one["value"] for one in build["environment"]["environmentVariables"]}
    assert (given["PROCESS"], given["RUN"]) == ("orders", DETAIL["run"])
    assert (given["POLICY_KEY"], given["POLICY_SHA256"]) == (OBJECT["key"], SHA256)


def test_new_access_is_told_in_chat_by_numbers_and_names_alone(
    embedded: Connection, eventually: Eventually
) -> None:
    made = deployed(embedded, "chat")
    sns = embedded.client("sns")
    sns.subscribe(TopicArn=made["Chat"], Protocol="email", Endpoint="chat@example.com")

    put(embedded, "Access Widened", WIDENED)

    def told() -> list[str]:
        texts = [one.read_text(encoding="utf-8") for one in embedded.inbox.glob("*.eml")]
        return [one for one in texts if "chat@example.com" in one]

    (mail,) = eventually(told)
    message = json.loads(mail[mail.index("{") : mail.rindex("}") + 1])
    assert message["source"] == "custom"
    assert "grants 3 accesses that the approved policy did not" in message["content"]["description"]
    assert "<script>" not in mail


@pytest.fixture
def tickets() -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """An endpoint for new tickets, and what came."""
    came: list[tuple[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((self.headers["X-Api-Key"], json.loads(body)))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/tickets", came
    server.shutdown()
    server.server_close()


def test_a_failed_run_opens_a_ticket(
    embedded: Connection, eventually: Eventually, tickets: tuple[str, list[tuple[str, Any]]]
) -> None:
    endpoint, came = tickets
    deployed(embedded, "ticket", Endpoint=endpoint, Key="sesame")

    put(embedded, "Run Failed", FAILED)

    ((key, ticket),) = eventually(lambda: came)
    assert key == "sesame"
    assert ticket == {
        "title": "Run Failed: orders",
        "body": f"Run {DETAIL['run']}, execution {DETAIL['executionArn']}.",
    }

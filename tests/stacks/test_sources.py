"""A source that builds fetch: what the project says of it, and what the build's role may read."""

from typing import Any

import pytest
from aws_cdk import App, Environment, Stack

from lambdas.model.definition.source import Source
from stacks.workflow.build_source import project_source, statements

pytestmark = pytest.mark.stacks
CONNECTION = "arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b"
HOME = Environment(account="123456789012", region="eu-west-1")


@pytest.fixture(scope="module")
def stack() -> Stack:
    return Stack(App(analytics_reporting=False, stack_traces=False), "s", env=HOME)


@pytest.mark.parametrize(
    ("raw", "kind", "auth", "actions"),
    [
        ({"git": "https://github.com/o/r"}, "GITHUB", None, []),
        ({"git": "https://git.example.com/r"}, "NO_SOURCE", None, []),
        ({"s3": "shelf/orders.zip"}, "NO_SOURCE", None, ["s3:GetObject", "s3:GetObjectVersion"]),
        ({"codecommit": "orders"}, "CODECOMMIT", None, ["codecommit:GitPull"]),
        (
            {"git": "https://gitlab.com/o/r", "connection": CONNECTION},
            "GITLAB",
            {"Type": "CODECONNECTIONS", "Resource": CONNECTION},
            [f"codeconnections:{one}Connection" for one in ("Get", "Use")]
            + ["codeconnections:GetConnectionToken"],
        ),
    ],
)
def test_codebuild_clones_what_it_knows_and_the_role_reads_that_alone(
    stack: Stack, raw: Any, kind: str, auth: Any, actions: list[str]
) -> None:
    source = Source.from_value(raw)
    found = project_source(source, stack)
    allowed = [one.to_statement_json() for one in statements(source, stack)]

    assert (found["Type"], found.get("Auth")) == (kind, auth)
    assert found.get("GitCloneDepth", 0) == 0
    given = [one["Action"] for one in allowed]
    assert sorted(a for one in given for a in ([one] if isinstance(one, str) else one)) == sorted(
        actions
    )
    assert all("*" not in str(one["Resource"]) for one in allowed)

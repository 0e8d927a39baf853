"""A star that a policy means is one, and nothing that is not known yet."""

import pytest
from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext, ParsedStatement

from embedded_aws.iam.evaluation import policy_evaluation

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!"
OBJECT = "arn:aws:s3:::bucket/a"


@pytest.mark.parametrize(
    ("granted", "asked", "allowed"),
    [
        (SECRET + "*", SECRET + "*", True),
        (SECRET + "${*}", SECRET + "*", False),  # an id that nobody knows yet
        (SECRET + "${*}", SECRET + "cluster-1", False),
        (OBJECT + "${*}b", OBJECT + "*b", True),
        (OBJECT + "${*}b", OBJECT + "xb", False),
        (OBJECT + "${?}", OBJECT + "?", True),
        (OBJECT + "${?}", OBJECT + "x", False),
        (OBJECT + "?", OBJECT + "?", True),
    ],
)
def test_a_literal_star_is_no_wildcard(*, granted: str, asked: str, allowed: bool) -> None:
    matching = policy_evaluation.with_variables(iam_evaluator._first_match)  # noqa: SLF001
    statement = ParsedStatement(
        sid="",
        effect="Allow",
        actions=["*"],
        not_actions=[],
        resources=[granted],
        not_resources=[],
        conditions={},
    )
    context = EvalContext(
        principal_arn="",
        principal_type="",
        principal_account="",
        action="any:Thing",
        resource_arn=asked,
        region="eu-west-1",
        service_context={},
    )

    assert (matching(context, [statement], "Allow") is not None) == allowed

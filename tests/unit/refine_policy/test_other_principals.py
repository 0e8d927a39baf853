"""What the policies of further roles rest on."""

from lambdas.model.findings.finding import Severity
from tests.unit.refine_policy.builders import ACCOUNT, a_process, passes, refined, seen

OTHER = f"arn:aws:iam::{ACCOUNT}:role/cdk-file-publishing"
BUCKET = "arn:aws:s3:::assets"


def told(*evidence: object, **process: object) -> list[tuple[Severity, str, str]]:
    refinement = refined(evidence, process=a_process(**process))  # type: ignore[arg-type]
    return [
        (one.severity, one.subject, one.detail)
        for one in refinement.findings
        if one.kind == "policy-of-another-role"
    ]


def test_a_role_without_data_events_is_a_warning_that_says_which_setting_records_them() -> None:
    looked = seen("s3:GetBucketLocation", BUCKET, principal=OTHER)

    ((severity, subject, detail),) = told(seen("s3:CreateBucket", BUCKET), looked)

    assert (severity, subject) == (Severity.WARNING, OTHER)
    assert "1 action in deploy, and no data event" in detail
    assert "No cycle ran under this policy" in detail


def test_a_role_with_data_events_is_told_with_them() -> None:
    wrote = seen("s3:PutObject", f"{BUCKET}/a.zip", principal=OTHER)

    ((severity, _, detail),) = told(wrote)

    assert severity is Severity.NOTE
    assert "of data events, s3:PutObject." in detail


def test_neither_the_run_s_own_role_nor_a_service_s_nor_a_split_one_is_told() -> None:
    service = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    evidence = (seen("s3:CreateBucket", BUCKET), seen("s3:ListAllMyBuckets", principal=service))
    assert told(*evidence) == []
    assert told(*evidence, split="cloudformation") == []


def test_what_cloudformation_did_with_a_role_hides_no_data_event() -> None:
    made = seen(
        "cloudformation:CreateStack",
        f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/s/1",
        implies=(passes(OTHER, "cloudformation.amazonaws.com"),),
    )
    ((severity, _, _),) = told(made, seen("s3:CreateBucket", BUCKET, principal=OTHER))
    assert severity is Severity.NOTE

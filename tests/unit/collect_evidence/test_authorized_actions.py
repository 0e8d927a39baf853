"""AWS's own tables of "operation -> authorized actions": the reader derives all that is known."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from lambdas.collect_evidence.translation.translate import translate
from lambdas.collect_evidence.translation.translation import Translation
from lambdas.model.findings.finding import Severity
from lambdas.reference.shards import shard
from tests.unit.reference.authorized_requests import CALLER, having, lacking, least, passing, record

Row = dict[str, Any]


@cache
def tables() -> dict[str, Any]:
    return dict(shard("authorized_actions")["services"])


def rows() -> Iterator[tuple[str, str, Row]]:
    for table, content in tables().items():
        for operation, listed in content["operations"].items():
            for row in listed["sometimes"]:
                yield table, operation, row


def read(source: str, operation: str, request: dict[str, Any]) -> Translation:
    return translate(record(source, operation, request), CALLER)


def asked(made: Translation) -> set[tuple[str, str]]:
    """Every action, with who receives a role that is passed."""
    found = {(str(one.action), "") for one in made.evidence}
    for one in [inner for line in made.evidence for inner in line.implies]:
        found |= {
            (str(one.action), ""),
            (str(one.action), dict(one.context).get("iam:PassedToService", "")),
        }
    return found


def yields(made: Translation, row: Row) -> bool:
    if row.get("through") and any(one.kind == "unknown-passed-role" for one in made.findings):
        return True
    receivers = row.get("receivers") or [""]
    return all((row["action"], one) in asked(made) for one in receivers)


def with_it(table: str, operation: str, row: Row, condition: Any) -> list[tuple[str, Row]]:
    """Requests that must yield a row, by each event source of the operation."""
    made = []
    for source, request in least(table, operation):
        told = request
        if condition and row["action"] == "iam:PassRole":
            told = passing(request, condition, row.get("resource", []))
        elif condition:
            told = having(request, condition)
        made.append((source, lacking(told, row.get("unless", []))))
    return made


def without_it(table: str, operation: str, row: Row) -> Iterator[tuple[str, list[Row]]]:
    """Requests of which one must not yield a row: the barest, and such as have another row's."""
    listed = tables()[table]["operations"][operation]["sometimes"]
    same = [one for one in listed if one["action"] == row["action"]]
    others = [one for one in listed if one["action"] != row["action"]]
    taken = [one for other in same for one in other.get("when", ())]
    for source, request in least(table, operation):
        bare = lacking(request, taken)
        if "unless" in row:
            bare = having(bare, row["unless"][0])
        has_others = [having(bare, one) for other in others for one in other.get("when", ())]
        yield source, [bare, *has_others]


def test_every_action_that_aws_lists_for_every_call_is_derived() -> None:
    missing, checked = [], 0
    for table, content in tables().items():
        for operation, listed in content["operations"].items():
            for action in listed["always"]:
                checked += 1
                # A role must be told to be passed.
                tried = [
                    read(source, operation, request or {"role": CALLER})
                    for source, request in least(table, operation)
                ]
                if not any((action, "") in asked(one) for one in tried):
                    missing.append((table, operation, action))
    assert checked > 1_200
    assert missing == []


def test_every_known_row_is_derived_from_each_request_that_has_what_it_takes() -> None:
    missing, checked = [], 0
    for table, operation, row in rows():
        if row["known"] == "unknown" or "never" in row:
            continue
        for condition in row.get("when", [None]):
            checked += 1
            tried = with_it(table, operation, row, condition)
            if not any(yields(read(source, operation, one), row) for source, one in tried):
                missing.append((table, operation, row["action"], row.get("receivers"), condition))
    assert checked > 1_900
    assert missing == []


def test_no_known_row_is_derived_from_a_request_that_lacks_what_it_takes() -> None:
    wrong, checked = [], 0
    for table, operation, row in rows():
        conditional = row.get("when") or row.get("unless") or "never" in row
        if row["known"] == "unknown" or not conditional:
            continue
        for source, tried in without_it(table, operation, row):
            checked += 1
            if all(yields(read(source, operation, one), row) for one in tried):
                wrong.append((table, operation, row["action"], row.get("when")))
    assert checked > 1_500
    assert wrong == []


def test_the_least_request_needs_no_more_than_aws_documents() -> None:
    """What every call of an operation is asked besides stands on a page of AWS's."""
    wider, asked = set(), set()
    for table, content in tables().items():
        for operation, listed in content["operations"].items():
            told = {one["action"]: one for one in listed["sometimes"]}
            for source, request in least(table, operation):
                for one in [
                    two
                    for line in read(source, operation, request).evidence
                    for two in line.implies
                ]:
                    if one.kind == "dependent-action" and str(one.action) in told:
                        asked.add((table, operation, one.action))
                        if told[str(one.action)]["known"] != "documented":
                            wider.add(f"{table}:{operation}")
    assert len(asked) == 85
    # A function's resource policy is what these read and write.
    assert wider == {
        "lambda:DeleteResourcePolicy", "lambda:GetResourcePolicy", "lambda:PutResourcePolicy"
    }  # fmt: skip


def test_how_much_is_known_of_aws_s_tables() -> None:
    counts = Counter(row["known"] for *_, row in rows())
    assert sum(len(one["operations"]) for one in tables().values()) == 1_410
    assert counts == {"documented": 538, "inferred": 1_060, "unknown": 294}
    assert sum("never" in row for *_, row in rows()) == 141


def test_what_is_unknown_is_a_finding_that_names_the_actions_and_the_page() -> None:
    made = read(
        "cloudformation.amazonaws.com", "UpdateStack", {"stackName": "s", "tags": [{"key": "a"}]}
    )
    (finding,) = [one for one in made.findings if one.kind == "perhaps-authorized"]
    assert finding.severity is Severity.NOTE
    assert finding.subject == "cloudformation:UpdateStack"
    assert "cloudformation:TagResource and cloudformation:UntagResource" in finding.detail
    assert "list_cloudformation.html" in finding.detail


def test_every_operation_with_an_unknown_row_says_so_and_no_other_does() -> None:
    wrong = []
    for table, operation, row in rows():
        if row["known"] == "unknown" and not row.get("when"):
            for source, request in least(table, operation):
                if not any(
                    one.kind == "perhaps-authorized" and row["action"] in one.detail
                    for one in read(source, operation, request).findings
                ):
                    wrong.append((table, operation, row["action"]))
    assert wrong == []
    quiet = read("dynamodb.amazonaws.com", "CreateTable", {"tableName": "orders"})
    assert [one for one in quiet.findings if one.kind == "perhaps-authorized"] == []


@pytest.mark.parametrize(
    ("source", "operation", "request_", "action", "resource"),
    [
        ("wafv2", "AssociateWebACL",
         {"resourceArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/lb/50dc"},
         "elasticloadbalancing:SetWebAcl",
         "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/lb/50dc"),
        ("wafv2", "AssociateWebACL",
         {"resourceArn": "arn:aws:apigateway:eu-west-1::/restapis/a/stages/s"},
         "apigateway:SetWebACL", "arn:aws:apigateway:eu-west-1::/restapis/a/stages/s"),
        ("apigateway", "CreateRestApi", {"name": "a", "policy": "{}"},
         "apigateway:UpdateRestApiPolicy", "arn:aws:apigateway:eu-west-1::/restapis/*"),
        ("secretsmanager", "CreateSecret", {"name": "db", "addReplicaRegions": [{"region": "eu-west-2"}]},
         "secretsmanager:ReplicateSecretToRegions",
         "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-??????"),
        ("sts", "AssumeRole", {"roleArn": CALLER, "principalTags": {"a": "b"}},
         "sts:TagSession", CALLER),
        ("sts", "AssumeRole", {"roleArn": CALLER, "sourceIdentity": "me"},
         "sts:SetSourceIdentity", CALLER),
        ("rds", "DeleteDBInstance", {"dBInstanceIdentifier": "db", "finalDBSnapshotIdentifier": "last"},
         "rds:CreateDBSnapshot", "arn:aws:rds:eu-west-1:123456789012:snapshot:last"),
        ("rds", "CreateBlueGreenDeployment", {"source": "arn:aws:rds:eu-west-1:123456789012:db:orders"},
         "rds:CreateDBInstanceReadReplica", "arn:aws:rds:eu-west-1:123456789012:db:*"),
        ("dynamodb", "UpdateTable",
         {"tableName": "t", "replicaUpdates": [{"create": {"regionName": "eu-west-2"}}]},
         "dynamodb:CreateTableReplica", "arn:aws:dynamodb:eu-west-2:123456789012:table/t"),
        ("s3", "CopyObject", {"bucketName": "to", "key": "k", "x-amz-copy-source": "from/k?versionId=1"},
         "s3:GetObjectVersion", "arn:aws:s3:::from/k"),
        ("logs", "PutAccountPolicy", {"policyName": "p", "policyType": "DATA_PROTECTION_POLICY"},
         "logs:PutDataProtectionPolicy", "arn:aws:logs:eu-west-1:123456789012:log-group:*"),
        ("sqs", "StartMessageMoveTask", {"sourceArn": "arn:aws:sqs:eu-west-1:123456789012:dead"},
         "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:123456789012:dead"),
    ],
)  # fmt: skip
def test_what_is_asked_besides_is_on_the_narrowest_that_the_request_names(
    source: str, operation: str, request_: dict[str, Any], action: str, resource: str
) -> None:
    made = read(f"{source}.amazonaws.com", operation, request_)
    found = [(one.action, one.resource) for one in made.evidence]
    found += [(one.action, one.resource) for line in made.evidence for one in line.implies]
    assert resource in [named for asked, named in found if str(asked) == action]


@pytest.mark.parametrize(
    ("source", "operation", "request_", "receivers"),
    [
        ("monitoring", "PutMetricStream", {"name": "m", "roleArn": CALLER},
         ["streams.metrics.cloudwatch.amazonaws.com"]),
        ("eks", "CreatePodIdentityAssociation", {"name": "c", "roleArn": CALLER}, ["pods.eks.amazonaws.com"]),
        ("eks", "CreateFargateProfile", {"name": "c", "podExecutionRoleArn": CALLER}, ["eks.amazonaws.com"]),
        ("airflow", "CreateEnvironment", {"name": "e", "executionRoleArn": CALLER}, ["airflow.amazonaws.com"]),
        ("redshift-serverless", "CreateNamespace", {"namespaceName": "n", "iamRoles": [CALLER]},
         ["redshift-serverless.amazonaws.com", "redshift.amazonaws.com"]),
        ("synthetics", "CreateCanary", {"name": "c", "executionRoleArn": CALLER},
         ["lambda.amazonaws.com", "synthetics.amazonaws.com"]),
        ("s3", "CreateJob", {"accountId": "123456789012", "roleArn": CALLER},
         ["batchoperations.s3.amazonaws.com"]),
        ("rds", "StartExportTask", {"exportTaskIdentifier": "e", "iamRoleArn": CALLER},
         ["export.rds.amazonaws.com", "rds.amazonaws.com"]),
        ("rds", "CreateDBInstance", {"dBInstanceIdentifier": "d", "monitoringRoleArn": CALLER},
         ["monitoring.rds.amazonaws.com", "rds.amazonaws.com"]),
        ("ssm", "StartAutomationExecution",
         {"documentName": "D", "parameters": {"AutomationAssumeRole": [CALLER]}}, ["ssm.amazonaws.com"]),
        ("cloudformation", "RegisterType", {"typeName": "t", "executionRoleArn": CALLER},
         ["resources.cloudformation.amazonaws.com"]),
        ("logs", "PutAccountPolicy",
         {"policyType": "SUBSCRIPTION_FILTER_POLICY", "policyDocument": f'{{"RoleArn":"{CALLER}"}}'},
         ["logs.amazonaws.com"]),
        ("autoscaling", "CreateAutoScalingGroup",
         {"autoScalingGroupName": "g", "serviceLinkedRoleARN":
          "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_x"},
         ["autoscaling.amazonaws.com"]),
    ],
)  # fmt: skip
def test_a_role_is_passed_to_whom_aws_says(
    source: str, operation: str, request_: dict[str, Any], receivers: list[str]
) -> None:
    made = read(f"{source}.amazonaws.com", operation, request_)
    passed = [one for line in made.evidence for one in line.implies if one.kind == "pass-role"]
    assert sorted(dict(one.context)["iam:PassedToService"] for one in passed) == receivers


def test_the_role_of_an_instance_profile_is_said_whoever_names_the_profile() -> None:
    made = read("imagebuilder.amazonaws.com", "CreateInfrastructureConfiguration",
                {"name": "i", "instanceProfileName": "builder"})  # fmt: skip
    assert [one.subject for one in made.findings if one.kind == "unknown-passed-role"] == [
        "builder"
    ]


def test_dependent_actions_of_a_service_without_a_table_are_told() -> None:
    made = read("ds", "CreateMicrosoftAD", {"name": "corp.example.com"})

    (finding,) = [one for one in made.findings if one.kind == "perhaps-authorized"]
    assert "ec2:CreateSecurityGroup" in finding.detail
    assert "list_awsdirectoryservice.html" in finding.detail


@pytest.mark.parametrize(
    ("source", "operation", "request_", "wanted"),
    [
        ("timestream", "CreateDatabase", {"databaseName": "d"}, {"timestream:DescribeEndpoints"}),
        (
            "cloudformation",
            "DetectStackDrift",
            {"stackName": "s"},
            {
                "cloudformation:BatchDescribeTypeConfigurations",
                "cloudformation:DetectStackResourceDrift",
            },
        ),
        (
            "dax",
            "CreateCluster",
            {"clusterName": "c", "subnetGroupName": "g", "parameterGroupName": "p"},
            {"ec2:CreateNetworkInterface", "ec2:DescribeVpcs"},
        ),
        (
            "route53resolver",
            "CreateResolverEndpoint",
            {"securityGroupIds": ["sg-1"], "ipAddresses": [{"subnetId": "subnet-1"}]},
            {"ec2:CreateNetworkInterface", "ec2:DescribeSubnets"},
        ),
    ],
)
def test_what_the_page_calls_dependent_is_granted_where_every_call_needs_it(
    source: str, operation: str, request_: dict[str, Any], wanted: set[str]
) -> None:
    made = read(source, operation, request_)

    implied = {str(one.action) for line in made.evidence for one in line.implies}
    assert wanted <= implied
    assert "dax:CreateSubnetGroup" not in implied

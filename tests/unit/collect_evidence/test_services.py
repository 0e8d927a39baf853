"""Records as many services write them: the action, and exactly what it was asked for."""

from collections.abc import Sequence
from typing import Any

import pytest

from lambdas.collect_evidence.translation.translate import translate
from tests.unit.collect_evidence.trails import ACCOUNT, REGION, ROLE, record

Json = dict[str, Any]


def arn(service: str, rest: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{REGION}:{account}:{rest}"


MODELS = "arn:aws:bedrock:*::foundation-model/anthropic.claude-3-5-sonnet-20240620-v1:0"
PROFILE = arn("bedrock", "inference-profile/eu.anthropic.claude-3-5-sonnet-20240620-v1:0")
BALANCER = "app/web/50dc6c495c0c9188"
CASES: dict[str, tuple[str, str, Json, Json | None, Sequence[str]]] = {
    "a task of a definition's revision": (
        "ecs", "RunTask", {"cluster": "web", "taskDefinition": "migrate:3"}, None,
        [f"ecs:RunTask {arn('ecs', 'task-definition/migrate:3')}"],
    ),
    "a task of a definition, whatever its revision": (
        "ecs", "RunTask", {"cluster": "web", "taskDefinition": "migrate"}, None,
        [f"ecs:RunTask {arn('ecs', 'task-definition/migrate:*')}"],
    ),
    "a service in a cluster that is named by its ARN": (
        "ecs", "UpdateService", {"cluster": arn("ecs", "cluster/web"), "service": "front"}, None,
        [f"ecs:UpdateService {arn('ecs', 'service/web/front')}"],
    ),
    "a listener is of one kind": (
        "elasticloadbalancing", "CreateRule",
        {"listenerArn": arn("elasticloadbalancing", f"listener/{BALANCER}/f2f7dc8efc522ab2")}, None,
        [f"elasticloadbalancing:CreateRule {arn('elasticloadbalancing', f'listener/{BALANCER}/f2f7dc8efc522ab2')}"],
    ),
    "a load balancer of the first generation": (
        "elasticloadbalancing", "CreateLoadBalancer", {"loadBalancerName": "old", "listeners": []}, {"dNSName": "x"},
        [f"elasticloadbalancing:CreateLoadBalancer {arn('elasticloadbalancing', 'loadbalancer/old')}"],
    ),
    "a launch template has the id of the answer": (
        "ec2", "CreateLaunchTemplate", {"CreateLaunchTemplateRequest": {"LaunchTemplateName": "web"}},
        {"CreateLaunchTemplateResponse": {"launchTemplate": {"launchTemplateId": "lt-1", "launchTemplateName": "web"}}},
        [f"ec2:CreateLaunchTemplate {arn('ec2', 'launch-template/lt-1')}"],
    ),
    "the tags of a database are not those of its parameters": (
        "rds", "AddTagsToResource", {"resourceName": arn("rds", "db:orders"), "tags": []}, None,
        [f"rds:AddTagsToResource {arn('rds', 'db:orders')}"],
    ),
    "a proxy has the id of the answer": (
        "rds", "DeleteDBProxy", {"dBProxyName": "px"}, {"dBProxy": {"dBProxyArn": arn("rds", "db-proxy:prx-1")}},
        [f"rds:DeleteDBProxy {arn('rds', 'db-proxy:prx-1')}"],
    ),
    "a database with all its tables": (
        "glue", "DeleteDatabase", {"name": "lake"}, None,
        [f"glue:DeleteDatabase {arn('glue', 'catalog')}", f"glue:DeleteDatabase {arn('glue', 'database/lake')}",
         f"glue:DeleteDatabase {arn('glue', 'table/lake/*')}",
         f"glue:DeleteDatabase {arn('glue', 'userDefinedFunction/lake/*')}"],
    ),
    "an ARN in a path, encoded": (
        "kafka", "DescribeCluster",
        {"clusterArn": "arn%3Aaws%3Akafka%3Aeu-west-1%3A111122223333%3Acluster%2Fmsk%2Fuuid-1"}, None,
        [f"kafka:DescribeCluster {arn('kafka', 'cluster/msk/uuid-1')}"],
    ),
    "an element of a path, with a hyphen": (
        "mq", "DeleteBroker", {"broker-id": "b-1"}, None, [f"mq:DeleteBroker {arn('mq', 'broker:*:b-1')}"],
    ),
    "a destination and the connection that it uses": (
        "events", "CreateApiDestination", {"name": "crm", "connectionArn": arn("events", "connection/cn/uuid")},
        {"apiDestinationArn": arn("events", "api-destination/crm/uuid2")},
        [f"events:CreateApiDestination {arn('events', 'api-destination/crm/uuid2')}",
         f"events:CreateApiDestination {arn('events', 'connection/cn/uuid')}"],
    ),
    "events on the default bus": (
        "events", "PutEvents", {"entries": [{"eventBusName": "default"}]}, None,
        [f"events:PutEvents {arn('events', 'event-bus/default')}"],
    ),
    "an execution is of one kind": (
        "states", "DescribeExecution", {"executionArn": arn("states", "execution:sm:e1")}, None,
        [f"states:DescribeExecution {arn('states', 'execution:sm:e1')}"],
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
    "a version of a state machine, which is asked for as the machine": (
        "states", "DeleteStateMachineVersion",
        {"stateMachineVersionArn": arn("states", "stateMachine:sm:1")}, None,
        [f"states:DeleteStateMachineVersion {arn('states', 'stateMachine:sm')}"],
    ),
    "an alias of a state machine": (
        "states", "CreateStateMachineAlias",
        {"name": "live", "routingConfiguration": [{"stateMachineVersionArn": arn("states", "stateMachine:sm:1")}]}, None,
        [f"states:CreateStateMachineAlias {arn('states', 'stateMachine:sm')}"],
    ),
    "a web ACL and the set that it refers to": (
        "wafv2", "CreateWebACL",
        {"name": "acl", "scope": "REGIONAL",
         "rules": [{"statement": {"iPSetReferenceStatement": {"aRN": arn("wafv2", "regional/ipset/ips/u2")}}}]},
        {"summary": {"id": "u1", "name": "acl", "aRN": arn("wafv2", "regional/webacl/acl/u1")}},
        [f"wafv2:CreateWebACL {arn('wafv2', 'regional/ipset/ips/u2')}",
         f"wafv2:CreateWebACL {arn('wafv2', 'regional/webacl/acl/u1')}"],
    ),
    "tags of a parameter": (
        "ssm", "AddTagsToResource", {"resourceType": "Parameter", "resourceId": "/app/db", "tags": []}, None,
        [f"ssm:AddTagsToResource {arn('ssm', 'parameter/app/db')}"],
    ),
    "a command on an instance": (
        "ssm", "SendCommand", {"documentName": "AWS-RunShellScript", "instanceIds": ["i-1"]}, None,
        [f"ssm:SendCommand {arn('ec2', 'instance/i-1')}", f"ssm:SendCommand {arn('ssm', 'document/AWS-RunShellScript', '')}"],
    ),
    "a command on a node that is no instance": (
        "ssm", "SendCommand", {"documentName": "AWS-RunShellScript", "instanceIds": ["mi-1"]}, None,
        [f"ssm:SendCommand {arn('ssm', 'document/AWS-RunShellScript', '')}",
         f"ssm:SendCommand {arn('ssm', 'managed-instance/mi-1')}"],
    ),
    "a parameter that AWS publishes": (
        "ssm", "GetParameter", {"name": "/aws/service/ami-amazon-linux-latest/al2023"}, None,
        [f"ssm:GetParameter {arn('ssm', 'parameter/aws/service/ami-amazon-linux-latest/al2023', '')}"],
    ),
    "a runbook": (
        "ssm", "StartAutomationExecution", {"documentName": "AWS-RestartEC2Instance"}, {"automationExecutionId": "u"},
        [f"ssm:StartAutomationExecution {arn('ssm', 'automation-definition/AWS-RestartEC2Instance:*', '')}",
         f"ssm:StartAutomationExecution {arn('ssm', 'automation-execution/u')}",
         f"ssm:StartAutomationExecution {arn('ssm', 'document/AWS-RestartEC2Instance', '')}"],
    ),
    "a command by a document of one's own": (
        "ssm", "SendCommand", {"documentName": "patch", "instanceIds": ["i-1"]}, None,
        [f"ssm:SendCommand {arn('ec2', 'instance/i-1')}", f"ssm:SendCommand {arn('ssm', 'document/patch')}"],
    ),
    "secrets that are looked for": (
        "secretsmanager", "BatchGetSecretValue", {"filters": [{"key": "tag-key", "values": ["a"]}]}, None,
        ["secretsmanager:BatchGetSecretValue *", "secretsmanager:ListSecrets *"],
    ),
    "a table out of a table": (
        "dynamodb", "RestoreTableToPointInTime", {"sourceTableName": "t1", "targetTableName": "t2"}, None,
        [f"dynamodb:RestoreTableToPointInTime {arn('dynamodb', 'table/t1')}",
         f"dynamodb:RestoreTableToPointInTime {arn('dynamodb', 'table/t2')}"],
    ),
    "a function reads its layers": (
        "lambda", "CreateFunction20150331", {"functionName": "f", "layers": [arn("lambda", "layer:l:4", "017000801446")]}, None,
        [f"lambda:CreateFunction {arn('lambda', 'function:f')}",
         f"lambda:GetLayerVersion {arn('lambda', 'layer:l:4', '017000801446')}"],
    ),
    "a model alone": (
        "bedrock", "Converse", {"modelId": "amazon.nova-lite-v1:0"}, None,
        [f"bedrock:InvokeModel arn:aws:bedrock:{REGION}::foundation-model/amazon.nova-lite-v1:0"],
    ),
    "a profile over regions, by its id": (
        "bedrock", "InvokeModel", {"modelId": PROFILE.rpartition("/")[2]}, None,
        [f"bedrock:InvokeModel {MODELS}", f"bedrock:InvokeModel {PROFILE}"],
    ),
    "a profile over regions, by its ARN": (
        "bedrock", "InvokeModel", {"modelId": PROFILE}, None,
        [f"bedrock:InvokeModel {MODELS}", f"bedrock:InvokeModel {PROFILE}"],
    ),
    "bought throughput of a model": (
        "bedrock", "InvokeModel", {"modelId": arn("bedrock", "provisioned-model/abc")}, None,
        [f"bedrock:InvokeModel {arn('bedrock', 'provisioned-model/abc')}"],
    ),
    "a job by its name and revision": (
        "batch", "SubmitJob", {"jobName": "n", "jobQueue": "q", "jobDefinition": "d:3"}, {"jobArn": arn("batch", "job/u")},
        [f"batch:SubmitJob {arn('batch', one)}" for one in ("job-definition/d:3", "job-queue/q", "job/u")],
    ),
    "an add-on of a cluster that is called name": (
        "eks", "CreateAddon", {"name": "k8s", "addonName": "vpc-cni"}, None,
        [f"eks:CreateAddon {arn('eks', 'cluster/k8s')}"],
    ),
    "a part is not its parent": (
        "athena", "TerminateSession", {"sessionId": "s-1"}, None,
        [f"athena:TerminateSession {arn('athena', 'workgroup/*/session/s-1')}"],
    ),
    "a policy of an organisation": (
        "organizations", "AttachPolicy", {"policyId": "p-1", "targetId": "ou-1"}, None,
        [f"organizations:AttachPolicy arn:aws:organizations::{ACCOUNT}:policy/o-*/*/p-1",
         f"organizations:AttachPolicy arn:aws:organizations::{ACCOUNT}:ou/o-*/ou-1"],
    ),
    "what is recorded stands below its noun": (
        "config", "PutConfigurationRecorder", {"configurationRecorder": {"name": "default"}}, None,
        [f"config:PutConfigurationRecorder {arn('config', 'configuration-recorder/default/*')}"],
    ),
    "a plan has an id beside its name": (
        "backup", "DeleteFramework", {"frameworkName": "f"}, None,
        [f"backup:DeleteFramework {arn('backup', 'framework:f-*')}"],
    ),
    "the tags of a new distribution": (
        "cloudfront", "CreateDistributionWithTags2020_05_31", {"distributionConfigWithTags": {}},
        {"distribution": {"id": "E1", "aRN": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"}},
        ["cloudfront:CreateDistribution *", f"cloudfront:TagResource arn:aws:cloudfront::{ACCOUNT}:distribution/*"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_call_names_exactly_what_it_was_asked_for(case: str) -> None:
    source, name, request, response, wanted = CASES[case]
    made = translate(record(source, name, request, response), ROLE)
    assert sorted(f"{one.action} {one.resource}" for one in made.evidence) == sorted(wanted)


def test_what_an_endpoint_saw_pass_is_no_call_of_its_own() -> None:
    seen = record("s3", "GetObject", {}, eventType="AwsVpceEvent", eventCategory="NetworkActivity")
    made = translate(seen, ROLE)
    assert made.evidence == ()
    assert [one.kind for one in made.findings] == ["service-event"]


def test_what_holds_and_what_is_held_are_both_asked_for_where_a_call_needs_both() -> None:
    request = {"applicationId": "app1234", "configurationProfileId": "prof123"}
    made = translate(record("appconfig", "DeleteConfigurationProfile", request), ROLE)
    assert {one.resource for one in made.evidence} == {
        arn("appconfig", "application/app1234"),
        arn("appconfig", "application/app1234/configurationprofile/prof123"),
    }


def test_an_index_is_asked_for_instead_of_its_table() -> None:
    request = {"tableName": "orders", "indexName": "by-day"}
    made = translate(record("dynamodb", "Query", request), ROLE)
    assert {one.resource for one in made.evidence} == {arn("dynamodb", "table/orders/index/by-day")}


def test_a_type_of_which_there_is_but_one_needs_no_name() -> None:
    made = translate(record("s3", "DeleteAccessGrantsInstance", {"accountId": ACCOUNT}), ROLE)
    assert {one.resource for one in made.evidence} == {arn("s3", "access-grants/default")}


def test_an_access_point_is_told_by_its_own_name_and_not_by_its_bucket() -> None:
    request = {"accountId": ACCOUNT, "name": "point"}
    made = translate(record("s3", "DeleteAccessPoint", request), ROLE)
    assert {one.resource for one in made.evidence} == {arn("s3", "accesspoint/point")}


def test_a_policy_that_is_none_of_iam_is_acted_upon() -> None:
    policy = arn("bedrock", "automated-reasoning-policy/abc123")
    request = {"policyArn": policy}
    made = translate(record("bedrock", "CreateAutomatedReasoningPolicyVersion", request), ROLE)
    assert policy in {one.resource for one in made.evidence}


def test_a_document_names_nothing() -> None:
    request = {"name": "clicks", "schema": '{"type": "record"}'}
    made = translate(record("personalize", "CreateSchema", request), ROLE)
    assert {one.resource for one in made.evidence} == {arn("personalize", "schema/*")}


def test_of_what_is_known_in_part_the_rest_is_any_and_nothing_that_is_needed_is_left_out() -> None:
    request = {"catalogId": ACCOUNT, "connectionNameList": ["lake", "pond"]}
    made = translate(record("glue", "BatchDeleteConnection", request), ROLE)
    assert {one.resource for one in made.evidence} == {
        arn("glue", "catalog"),
        arn("glue", "connection/lake"),
        arn("glue", "connection/pond"),
    }


def test_an_object_behind_an_access_point_is_asked_for_under_both_names() -> None:
    point = arn("s3", "accesspoint/ap")
    named = [{"ARN": point, "type": "AWS::S3::AccessPoint"}, {"ARN": "arn:aws:s3:::b/x"}]
    made = translate(
        record("s3", "GetObject", {"bucketName": point, "key": "x"}, resources=named), ROLE
    )
    assert {one.resource for one in made.evidence} == {"arn:aws:s3:::b/x", f"{point}/object/x"}


def test_what_is_tagged_is_what_is_made_and_not_what_it_uses() -> None:
    request = {
        "dBInstanceIdentifier": "orders", "dBSubnetGroupName": "sng", "dBParameterGroupName": "pg",
        "tags": [{"key": "a", "value": "b"}],
    }  # fmt: skip
    (first, *_) = translate(record("rds", "CreateDBInstance", request), ROLE).evidence
    tagged = [one.resource for one in first.implies if one.kind == "tag-on-create"]
    assert tagged == [arn("rds", "db:orders")]


def test_a_refusal_in_simple_email_service_s_quotes_is_read() -> None:
    message = (
        f"User `arn:aws:sts::{ACCOUNT}:assumed-role/sandbox/s' is not authorized to perform "
        f"`ses:SendEmail' on resource `{arn('ses', 'identity/example.com')}'"
    )
    refused = record(
        "ses", "SendEmail", {"source": "a@b.c"}, errorCode="AccessDenied", errorMessage=message
    )
    (line,) = translate(refused, ROLE).evidence
    assert (str(line.action), line.resource) == ("ses:SendEmail", arn("ses", "identity/example.com"))  # fmt: skip

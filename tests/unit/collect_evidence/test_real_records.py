"""Records as real trails hold them, and what of each was wrong once: each with the right value."""

from typing import Any

import pytest

from lambdas.collect_evidence.translation.translate import translate
from tests.unit.collect_evidence.trails import ACCOUNT, REGION, ROLE, record

HERE = f"{REGION}:{ACCOUNT}"
K1, K2 = (f"arn:aws:kms:{HERE}:key/{one}" for one in ("1234abcd", "0987dcba"))
Json = dict[str, Any]


def asked(
    source: str, name: str, request: Json | None, answer: Json | None = None, **more: Any
) -> list[str]:
    lines = translate(record(source, name, request, answer, **more), ROLE).evidence
    return [f"{one.action} {one.resource}" for one in lines]


def implied(
    source: str, name: str, request: Json, kind: str, answer: Json | None = None
) -> list[str]:
    lines = translate(record(source, name, request, answer), ROLE).evidence
    found = [one for line in lines for one in line.implies if one.kind == kind]
    return [f"{one.action} {one.resource}" for one in found]


PAIR = [{"key": "a", "value": "b"}]


@pytest.mark.parametrize(
    ("source", "name", "request_", "tagged"),
    [
        ("batch", "RegisterJobDefinition", {"jobDefinitionName": "jd", "tags": {"a": "b"}}, f"batch:TagResource arn:aws:batch:{HERE}:job-definition/jd"),
        ("cloudhsm", "CreateCluster", {"hsmType": "h", "tagList": PAIR}, f"cloudhsm:TagResource arn:aws:cloudhsm:{HERE}:cluster/*"),
        ("ssm", "PutParameter", {"name": "/a/b", "tags": PAIR}, f"ssm:AddTagsToResource arn:aws:ssm:{HERE}:parameter/a/b"),
        ("eks", "CreateCluster", {"name": "c", "tags": {"a": "b"}}, f"eks:TagResource arn:aws:eks:{HERE}:cluster/c"),
        ("eks", "CreateNodegroup", {"name": "c", "nodegroupName": "n", "tags": {"a": "b"}}, f"eks:TagResource arn:aws:eks:{HERE}:nodegroup/c/n/*"),
        ("appsync", "CreateGraphqlApi", {"name": "c", "tags": {"a": "b"}}, f"appsync:TagResource arn:aws:appsync:{HERE}:apis/*"),
        ("elasticfilesystem", "CreateFileSystem", {"tags": PAIR}, f"elasticfilesystem:TagResource arn:aws:elasticfilesystem:{HERE}:file-system/*"),
        ("amplify", "CreateApp", {"name": "c", "tags": {"a": "b"}}, f"amplify:TagResource arn:aws:amplify:{HERE}:apps/*"),
        ("lambda", "CreateEventSourceMapping20150331", {"functionName": "f", "tags": {"a": "b"}}, f"lambda:TagResource arn:aws:lambda:{HERE}:event-source-mapping:*"),
        ("organizations", "CreateAccount", {"accountName": "n", "tags": PAIR}, f"organizations:TagResource arn:aws:organizations::{ACCOUNT}:account/o-*/*"),
        ("transfer", "CreateUser", {"serverId": "s-1", "userName": "u", "tags": PAIR}, f"transfer:TagResource arn:aws:transfer:{HERE}:user/s-1/u"),
        ("datasync", "CreateTask", {"sourceLocationArn": f"arn:aws:datasync:{HERE}:location/loc-1", "tags": PAIR}, f"datasync:TagResource arn:aws:datasync:{HERE}:task/*"),
        ("fsx", "CreateFileSystemFromBackup", {"backupId": "backup-1", "tags": PAIR}, f"fsx:TagResource arn:aws:fsx:{HERE}:file-system/*"),
        ("redshift-serverless", "CreateNamespace", {"namespaceName": "n", "tags": PAIR}, f"redshift-serverless:TagResource arn:aws:redshift-serverless:{HERE}:namespace/*"),
        ("ec2", "CreateFlowLogs",
         {"CreateFlowLogsRequest": {"ResourceId": {"tag": 1, "content": "vpc-1"}, "ResourceType": "VPC",
                                    "TagSpecification": {"ResourceType": "vpc-flow-log", "tag": 1, "Tag": {"Key": "a"}}}},
         f"ec2:CreateTags arn:aws:ec2:{HERE}:vpc-flow-log/*"),
    ],
)  # fmt: skip
def test_tags_are_set_by_the_service_s_own_action_on_the_type_that_is_made(
    source: str, name: str, request_: Json, tagged: str
) -> None:
    assert implied(source, name, request_, "tag-on-create") == [tagged]


@pytest.mark.parametrize(
    ("source", "name", "request_"),
    [
        ("batch", "CreateComputeEnvironment", {"computeEnvironmentName": "c", "computeResources": {"tags": {"a": "b"}}}),
        ("ec2", "CreateLaunchTemplate",
         {"CreateLaunchTemplateRequest": {"LaunchTemplateName": "t", "LaunchTemplateData": {
             "TagSpecification": {"ResourceType": "instance", "tag": 1, "Tag": {"Key": "a", "Value": "b"}}}}}),
        ("scheduler", "CreateSchedule", {"name": "s", "target": {"ecsParameters": {"tags": [{"key": "a"}]}}}),
        ("s3", "PutBucketLifecycle", {"bucketName": "b", "LifecycleConfiguration": {"Rule": {"Filter": {"And": {"Tag": [{"Key": "a"}]}}}}}),
    ],
)  # fmt: skip
def test_tags_of_what_comes_later_tag_nothing_now(source: str, name: str, request_: Json) -> None:
    assert implied(source, name, request_, "tag-on-create") == []


@pytest.mark.parametrize(
    ("request_", "named", "source", "destination"),
    [
        ({"destinationKeyId": "alias/to", "sourceKeyId": "alias/from"}, [K1, K2], K1, K2),
        ({"destinationKeyId": "0987dcba"}, [K1, K2], K1, K2),
        ({"destinationKeyId": "0987dcba", "sourceKeyId": K1}, [], K1, K2),
        (
            {"destinationKeyId": "alias/to"},
            [],
            f"arn:aws:kms:{HERE}:key/*",
            f"arn:aws:kms:{HERE}:key/*",
        ),
    ],
)
def test_re_encrypting_is_from_the_source_s_key_to_the_destination_s(
    request_: Json, named: list[str], source: str, destination: str
) -> None:
    resources = [{"ARN": arn} for arn in named]
    assert asked("kms", "ReEncrypt", request_, resources=resources) == [
        f"kms:ReEncryptFrom {source}",
        f"kms:ReEncryptTo {destination}",
    ]


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{HERE}:{rest}"


ROLE_X = f"arn:aws:iam::{ACCOUNT}:role/x"
UPDATE, INSERT = 'UPDATE "M" SET a=1', 'INSERT INTO "N" VALUE {}'
CASES: list[tuple[str, str, Json | None, list[str]]] = [
    # names that stand elsewhere than the type's own word says
    ("dynamodb", "GetRecords", {"shardIterator": arn("dynamodb", "table/Music/stream/2021-04-15T04:02:47.428|1|AAA")},
     [f"dynamodb:GetRecords {arn('dynamodb', 'table/Music/stream/2021-04-15T04:02:47.428')}"]),
    ("ec2", "CreateFlowLogs", {"CreateFlowLogsRequest": {"ResourceId": {"tag": 1, "content": "vpc-1"}, "ResourceType": "VPC"}},
     [f"ec2:CreateFlowLogs {arn('ec2', 'vpc-flow-log/*')}", f"ec2:CreateFlowLogs {arn('ec2', 'vpc/vpc-1')}"]),
    ("ec2", "CreateFlowLogs", {"CreateFlowLogsRequest": {"ResourceId": [{"tag": 1, "content": "subnet-1"}], "ResourceType": "Subnet"}},
     [f"ec2:CreateFlowLogs {arn('ec2', 'subnet/subnet-1')}", f"ec2:CreateFlowLogs {arn('ec2', 'vpc-flow-log/*')}"]),
    ("iam", "GetRole", {"roleName": "AWSServiceRoleForAccessAnalyzer"},
     [f"iam:GetRole arn:aws:iam::{ACCOUNT}:role/aws-service-role/*/AWSServiceRoleForAccessAnalyzer"]),
    ("iam", "GetRole", {"roleName": "AWSReservedSSO_Admin_0123456789abcdef"},
     [f"iam:GetRole arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_Admin_0123456789abcdef"]),
    ("iam", "CreateServiceLinkedRole", {"aWSServiceName": "eks.amazonaws.com"},
     [f"iam:CreateServiceLinkedRole arn:aws:iam::{ACCOUNT}:role/aws-service-role/eks.amazonaws.com/*"]),
    ("iam", "GetServiceLinkedRoleDeletionStatus",
     {"deletionTaskId": "task/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS/1a2b"},
     [f"iam:GetServiceLinkedRoleDeletionStatus arn:aws:iam::{ACCOUNT}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"]),
    ("iam", "GenerateServiceLastAccessedDetails", {"arn": f"arn:aws:iam::{ACCOUNT}:user/x"},
     [f"iam:GenerateServiceLastAccessedDetails arn:aws:iam::{ACCOUNT}:user/x"]),
    ("sso", "CreateAccountAssignment",
     {"instanceArn": "arn:aws:sso:::instance/ssoins-1", "permissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1",
      "targetId": "111111111111", "targetType": "AWS_ACCOUNT"},
     ["sso:CreateAccountAssignment arn:aws:sso:::account/111111111111",
      "sso:CreateAccountAssignment arn:aws:sso:::instance/ssoins-1",
      "sso:CreateAccountAssignment arn:aws:sso:::permissionSet/ssoins-1/ps-1"]),
    ("guardduty", "DeletePublishingDestination", {"detectorId": "d", "destinationId": "x"},
     [f"guardduty:DeletePublishingDestination {arn('guardduty', 'detector/d/publishingdestination/x')}"]),
    ("connect", "GetContactAttributes", {"InstanceId": "i", "InitialContactId": "c"},
     [f"connect:GetContactAttributes {arn('connect', 'instance/i/contact/c')}"]),
    ("codepipeline", "PutWebhook", {"webhook": {"name": "w", "targetPipeline": "pl"}},
     [f"codepipeline:PutWebhook {arn('codepipeline', 'pl')}", f"codepipeline:PutWebhook {arn('codepipeline', 'webhook:w')}"]),
    ("route53", "ChangeTagsForResource", {"resourceType": "healthcheck", "resourceId": "abc"},
     ["route53:ChangeTagsForResource arn:aws:route53:::healthcheck/abc"]),
    ("route53", "ListTagsForResources", {"resourceType": "hostedzone", "resourceIds": ["Z1", "Z2"]},
     [f"route53:ListTagsForResources arn:aws:route53:::hostedzone/{one}" for one in ("Z1", "Z2")]),
    ("elasticfilesystem", "CreateReplicationConfiguration", {"sourceFileSystemId": "fs-1"},
     [f"elasticfilesystem:CreateReplicationConfiguration {arn('elasticfilesystem', 'file-system/fs-1')}"]),
    ("ssm", "GetServiceSetting", {"settingId": "/ssm/parameter-store/high-throughput-enabled"},
     [f"ssm:GetServiceSetting {arn('ssm', 'servicesetting/ssm/parameter-store/high-throughput-enabled')}"]),
    ("elasticache", "CreateGlobalReplicationGroup", {"primaryReplicationGroupId": "p"},
     [f"elasticache:CreateGlobalReplicationGroup arn:aws:elasticache::{ACCOUNT}:globalreplicationgroup:*",
      f"elasticache:CreateGlobalReplicationGroup {arn('elasticache', 'replicationgroup:p')}"]),
    ("glue", "BatchDeleteTable", {"databaseName": "d", "tablesToDelete": ["a", "b"]},
     [f"glue:BatchDeleteTable {arn('glue', rest)}" for rest in ("catalog", "database/d", "table/d/a", "table/d/b")]),
    ("glue", "GetUserDefinedFunction", {"databaseName": "d", "functionName": "f"},
     [f"glue:GetUserDefinedFunction {arn('glue', rest)}" for rest in ("catalog", "database/d", "userDefinedFunction/d/f")]),
    ("rds", "StartExportTask", {"exportTaskIdentifier": "e", "sourceArn": arn("rds", "snapshot:s")},
     [f"rds:StartExportTask {arn('rds', 'snapshot:s')}"]),
    ("rds", "DeleteDBCluster", {"dBClusterIdentifier": "c", "finalDBSnapshotIdentifier": "fin"},
     [f"rds:DeleteDBCluster {arn('rds', 'cluster:c')}", f"rds:DeleteDBCluster {arn('rds', 'cluster-snapshot:fin')}"]),
    ("rds", "DeleteDBCluster", {"dBClusterIdentifier": "c", "skipFinalSnapshot": True},
     [f"rds:DeleteDBCluster {arn('rds', 'cluster:c')}"]),
    # what an element means that was left out
    ("athena", "CreateNamedQuery", {"name": "q"}, [f"athena:CreateNamedQuery {arn('athena', 'workgroup/primary')}"]),
    ("athena", "StartQueryExecution", {}, [f"athena:StartQueryExecution {arn('athena', 'workgroup/primary')}"]),
    ("athena", "StartQueryExecution", {"workGroup": "w"}, [f"athena:StartQueryExecution {arn('athena', 'workgroup/w')}"]),
    ("athena", "CreateWorkGroup", {"name": "w"}, [f"athena:CreateWorkGroup {arn('athena', 'workgroup/w')}"]),
    ("athena", "GetQueryExecution", {"queryExecutionId": "1a"}, [f"athena:GetQueryExecution {arn('athena', 'workgroup/*')}"]),
    ("ecs", "UpdateService", {"service": "s"}, [f"ecs:UpdateService {arn('ecs', 'service/default/s')}"]),
    ("ecs", "DescribeClusters", {}, [f"ecs:DescribeClusters {arn('ecs', 'cluster/default')}"]),
    ("ecs", "TagResource", {"resourceArn": arn("ecs", "service/web/s")}, [f"ecs:TagResource {arn('ecs', 'service/web/s')}"]),
    ("events", "DescribeEventBus", None, [f"events:DescribeEventBus {arn('events', 'event-bus/default')}"]),
    ("events", "PutRule", {"name": "r"}, [f"events:PutRule {arn('events', 'rule/r')}"]),
    ("ssm", "StartSession", {"target": "i-1"},
     [f"ssm:StartSession {arn('ec2', 'instance/i-1')}", f"ssm:StartSession {arn('ssm', 'document/SSM-SessionManagerRunShell')}"]),
    ("ssm", "SendCommand", {"documentName": "D", "targets": [{"key": "tag:a", "values": ["b"]}]},
     [f"ssm:SendCommand {arn('ssm', 'document/D')}", f"ssm:SendCommand {arn('ec2', 'instance/*')}"]),
    ("ssm", "SendCommand", {"documentName": "D", "targets": [{"key": "InstanceIds", "values": ["i-1"]}]},
     [f"ssm:SendCommand {arn('ssm', 'document/D')}", f"ssm:SendCommand {arn('ec2', 'instance/i-1')}"]),
    # a type of which there is but one, and any of a type where nothing tells which
    ("securityhub", "EnableSecurityHub", {}, [f"securityhub:EnableSecurityHub {arn('securityhub', 'hub/default')}"]),
    ("forecast", "CreateDataset", {"datasetName": "d"}, [f"forecast:CreateDataset {arn('forecast', 'dataset/*')}"]),
    ("elasticfilesystem", "ModifyMountTargetSecurityGroups", {"mountTargetId": "fsmt-1"},
     [f"elasticfilesystem:ModifyMountTargetSecurityGroups {arn('elasticfilesystem', 'file-system/*')}"]),
    # one service's call under another's source
    ("autoscaling", "PutScalingPolicy", {"serviceNamespace": "dynamodb", "resourceId": "table/orders"},
     [f"application-autoscaling:PutScalingPolicy {arn('application-autoscaling', 'scalable-target/*')}"]),
    ("autoscaling", "PutScalingPolicy", {"autoScalingGroupName": "g", "policyName": "p"},
     [f"autoscaling:PutScalingPolicy {arn('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/g')}"]),
    ("autoscaling", "DescribeScalingActivities", {"serviceNamespace": "ecs"}, ["application-autoscaling:DescribeScalingActivities *"]),
    # several actions of one call
    ("sts", "AssumeRole", {"roleArn": ROLE_X, "principalTags": {"a": "b"}, "sourceIdentity": "me"},
     [f"sts:AssumeRole {ROLE_X}", f"sts:TagSession {ROLE_X}", f"sts:SetSourceIdentity {ROLE_X}"]),
    ("sts", "AssumeRole", {"roleArn": ROLE_X, "tags": PAIR}, [f"sts:AssumeRole {ROLE_X}", f"sts:TagSession {ROLE_X}"]),
    ("sts", "AssumeRole", {"roleArn": ROLE_X, "tags": []}, [f"sts:AssumeRole {ROLE_X}"]),
    ("s3", "CopyObject", {"bucketName": "b", "key": "k", "x-amz-copy-source": "src/key?versionId=abc"},
     ["s3:PutObject arn:aws:s3:::b/k", "s3:GetObjectVersion arn:aws:s3:::src/key"]),
    ("s3", "UploadPartCopy", {"bucketName": "b", "key": "k", "x-amz-copy-source": "src/key"},
     ["s3:PutObject arn:aws:s3:::b/k", "s3:GetObject arn:aws:s3:::src/key"]),
    ("dynamodb", "BatchExecuteStatement", {"requestItems": [{"statement": UPDATE}, {"statement": INSERT}]},
     [f"dynamodb:PartiQLUpdate {arn('dynamodb', 'table/M')}", f"dynamodb:PartiQLInsert {arn('dynamodb', 'table/N')}"]),
    # names of the console's
    ("s3", "GetStorageLensDashboardDataInternal", {"configId": "c"}, [f"s3:GetStorageLensDashboard {arn('s3', 'storage-lens/c')}"]),
    (" athena", "GetWorkGroup ", {"workGroup": "w"}, [f"athena:GetWorkGroup {arn('athena', 'workgroup/w')}"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "name", "request_", "wanted"), CASES)
def test_a_call_is_asked_about_what_its_record_names(
    source: str, name: str, request_: Json | None, wanted: list[str]
) -> None:
    assert sorted(asked(source, name, request_)) == sorted(wanted)


def test_the_record_itself_may_tell_the_service_that_wrote_it() -> None:
    told = {"additionalEventData": {"service": "application-autoscaling"}}
    assert asked("autoscaling", "DescribeScalingActivities", None, **told) == [
        "application-autoscaling:DescribeScalingActivities *"
    ]


def test_a_role_that_the_console_switched_into_needs_nothing_for_it() -> None:
    came = {"additionalEventData": {"SwitchFrom": f"arn:aws:iam::{ACCOUNT}:user/alice"}}
    assert asked("signin", "SwitchRole", None, {"SwitchRole": "Success"}, **came) == []


@pytest.mark.parametrize(
    ("source", "name"),
    [("cognito-idp", "SignUp"), ("cognito-idp", "GetUser"), ("cognito-identity", "GetId"),
     ("billingconsole", "GetBillSummary"), ("ec2", "GetCapacityReservationAccountAttribute"),
     ("cloudshell", "SendHeartBeat"), ("sts", "AssumeRoleWithWebIdentity")],
)  # fmt: skip
def test_what_nobody_signs_needs_nothing(source: str, name: str) -> None:
    translation = translate(record(source, name, {}), ROLE)
    assert translation.evidence == ()
    assert [one.kind for one in translation.findings] == ["needs-nothing"]


def test_of_what_a_launch_answers_only_what_it_made_is_new_and_no_group_is_a_placement() -> None:
    answer = {
        "groupSet": {"items": [{"groupId": "sg-0123456789abcdef0", "groupName": "launch-wizard-2"}]},
        "instancesSet": {"items": [{
            "instanceId": "i-0123456789abcdef0", "subnetId": "subnet-0123456789abcdef0",
            "networkInterfaceSet": {"items": [{"networkInterfaceId": "eni-0123456789abcdef0"}]}}]},
    }  # fmt: skip
    launch = {"instancesSet": {"items": [{"imageId": "ami-1"}]}}
    lines = translate(record("ec2", "RunInstances", launch, answer), ROLE).evidence
    assert {name for one in lines for name in one.generated_ids} == {
        "eni-0123456789abcdef0",
        "i-0123456789abcdef0",
    }
    assert not any("placement-group" in one.resource for one in lines)

    named = {**launch, "networkInterfaceSet": {"items": [{"networkInterfaceId": "eni-0123456789abcdef0"}]},
             "placement": {"groupName": "rack"}}  # fmt: skip
    lines = translate(record("ec2", "RunInstances", named, answer), ROLE).evidence
    assert {name for one in lines for name in one.generated_ids} == {"i-0123456789abcdef0"}
    assert any(one.resource == arn("ec2", "placement-group/rack") for one in lines)


def test_rules_that_a_group_is_given_have_new_ids() -> None:
    answer = {"securityGroupRuleSet": {"items": [{"securityGroupRuleId": "sgr-0123456789abcdef0"}]}}
    lines = translate(
        record("ec2", "AuthorizeSecurityGroupIngress", {"groupId": "sg-1"}, answer), ROLE
    ).evidence
    assert {name for one in lines for name in one.generated_ids} == {"sgr-0123456789abcdef0"}


@pytest.mark.parametrize(
    ("source", "name", "request_", "kinds"),
    [
        ("monitoring", "DescribeAlarms", {"maxRecords": 100}, ["lists-all"]),
        ("config", "DescribeConfigurationRecorders", None, ["lists-all"]),
        ("rds", "DescribeDBInstances", {"filters": [{"name": "engine"}]}, ["lists-all"]),
        ("ec2", "CreateTags", {}, ["unknown-resource"]),
        ("elasticloadbalancing", "DeleteLoadBalancer", None, ["unknown-resource"]),
        ("lambda", "DeleteFunction20150331", None, ["unknown-resource"]),
        ("athena", "GetQueryExecution", {"queryExecutionId": "1a"}, ["unknown-resource"]),
    ],
)
def test_a_call_that_names_nothing_asks_about_all_or_is_not_understood(
    source: str, name: str, request_: Json | None, kinds: list[str]
) -> None:
    assert [one.kind for one in translate(record(source, name, request_), ROLE).findings] == kinds


@pytest.mark.parametrize(
    ("source", "name", "request_", "kind", "wanted"),
    [
        ("lambda", "CreateFunction20150331", {"code": {"s3Bucket": "b", "s3Key": "k", "s3ObjectVersion": "v"}}, "code-read",
         "s3:GetObjectVersion arn:aws:s3:::b/k"),
        ("lambda", "UpdateFunctionCode20150331v2", {"s3Bucket": "b", "s3Key": "k"}, "code-read", "s3:GetObject arn:aws:s3:::b/k"),
        ("synthetics", "CreateCanary", {"name": "c", "code": {"s3Bucket": "b", "s3Key": "k", "s3Version": "v"}}, "code-read",
         "s3:GetObjectVersion arn:aws:s3:::b/k"),
        ("cloudformation", "CreateStack",
         {"stackName": "s", "templateURL": f"https://b.s3.{REGION}.amazonaws.com/t.yaml?versionId=abc"}, "template-read",
         "s3:GetObjectVersion arn:aws:s3:::b/t.yaml"),
    ],
)  # fmt: skip
def test_code_and_templates_named_by_a_version_are_read_by_version(
    source: str, name: str, request_: Json, kind: str, wanted: str
) -> None:
    assert implied(source, name, request_, kind) == [wanted]


@pytest.mark.parametrize(
    ("source", "name", "request_", "owner"),
    [
        (
            "autoscaling",
            "RegisterScalableTarget",
            {"serviceNamespace": "dynamodb"},
            "dynamodb.application-autoscaling.amazonaws.com",
        ),
        (
            "autoscaling",
            "RegisterScalableTarget",
            {"serviceNamespace": "ecs"},
            "ecs.application-autoscaling.amazonaws.com",
        ),
        ("autoscaling", "RegisterScalableTarget", {"serviceNamespace": "elasticmapreduce"}, None),
        (
            "elasticloadbalancing",
            "CreateLoadBalancer",
            {"name": "lb"},
            "elasticloadbalancing.amazonaws.com",
        ),
        (
            "cloudtrail",
            "CreateTrail",
            {"name": "t", "isOrganizationTrail": True},
            "cloudtrail.amazonaws.com",
        ),
        ("cloudtrail", "CreateTrail", {"name": "t", "isOrganizationTrail": False}, None),
        ("cloudtrail", "UpdateTrail", {"name": "t"}, None),
    ],
)
def test_a_service_s_role_is_made_by_those_requests_that_make_it(
    source: str, name: str, request_: Json, owner: str | None
) -> None:
    made = [
        one.split("aws-service-role/")[1].split("/")[0]
        for one in implied(source, name, request_, "service-linked-role")
    ]
    assert made == ([owner] if owner else [])


def test_a_pipeline_s_role_passes_those_of_its_actions_and_the_caller_passes_the_pipeline_s() -> (
    None
):
    roles = [f"arn:aws:iam::{ACCOUNT}:role/{one}" for one in ("pipeline", "action", "stack")]
    action = {"name": "deploy", "roleArn": roles[1], "configuration": {"RoleArn": roles[2]}}
    request = {
        "pipeline": {
            "name": "p",
            "roleArn": roles[0],
            "stages": [{"name": "s", "actions": [action]}],
        }
    }
    assert implied("codepipeline", "CreatePipeline", request, "pass-role") == [
        f"iam:PassRole {roles[0]}"
    ]


def test_a_group_of_a_launch_template_is_asked_whether_its_caller_may_launch_it() -> None:
    template = {"launchTemplate": {"launchTemplateId": "lt-0123456789abcdef0"}, "tags": PAIR}
    request = {"autoScalingGroupName": "g", **template}
    launched = [
        one
        for one in asked("autoscaling", "CreateAutoScalingGroup", request)
        if "RunInstances" in one
    ]
    assert f"ec2:RunInstances {arn('ec2', 'launch-template/lt-0123456789abcdef0')}" in launched
    assert f"ec2:RunInstances {arn('ec2', 'instance/*')}" in launched
    group = arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/g")
    assert implied("autoscaling", "CreateAutoScalingGroup", request, "tag-on-create") == [
        f"autoscaling:CreateOrUpdateTags {group}"
    ]

    configured = {"autoScalingGroupName": "g", "launchConfigurationName": "c"}
    assert asked("autoscaling", "CreateAutoScalingGroup", configured) == [
        f"autoscaling:CreateAutoScalingGroup {group}"
    ]

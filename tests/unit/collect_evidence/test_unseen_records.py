"""Records of services and operations that nothing here was made with: one or two of each kind of fault."""

from typing import Any

import pytest

from lambdas.collect_evidence.translation.translate import translate
from lambdas.reference.actions import resource_types
from lambdas.reference.arn_formats import formats_of
from lambdas.reference.shards import shard
from tests.unit.collect_evidence.trails import ACCOUNT, REGION, ROLE, record

Json = dict[str, Any]
HERE = f"{REGION}:{ACCOUNT}"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
ORG = f"arn:aws:organizations::{ACCOUNT}"
PAIR = [{"key": "a", "value": "b"}]


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{HERE}:{resource}"


def asked(source: str, name: str, request: Json | None, answer: Json | None = None) -> list[str]:
    lines = translate(record(source, name, request, answer), ROLE).evidence
    return sorted(f"{one.action} {one.resource}" for one in lines)


Case = tuple[str, str, Json, list[str]]
CASES: list[Case] = [
    # What the record withholds is no name.
    ("ses", "SendEmail", {"source": HIDDEN}, [f"ses:SendEmail {arn('ses', 'identity/*')}"]),
    ("lambda", "GetFunction20150331v2", {"functionName": "***OMITTED***"}, ["lambda:GetFunction *"]),
    # The form of an id tells its type.
    ("organizations", "ListParents", {"childId": "222233334444"}, [f"organizations:ListParents {ORG}:account/o-*/222233334444"]),
    ("organizations", "TagResource", {"resourceId": "r-ab12", "tags": PAIR}, [f"organizations:TagResource {ORG}:root/o-*/r-ab12"]),
    ("organizations", "MoveAccount", {"accountId": "222233334444", "sourceParentId": "r-ab12", "destinationParentId": "ou-ab12-cdefg"},
     [f"organizations:MoveAccount {ORG}:account/o-*/222233334444", f"organizations:MoveAccount {ORG}:ou/o-*/ou-ab12-cdefg",
      f"organizations:MoveAccount {ORG}:root/o-*/r-ab12"]),
    ("servicecatalog", "AssociateTagOptionWithResource", {"resourceId": "port-abc", "tagOptionId": "tag-1"},
     [f"servicecatalog:AssociateTagOptionWithResource {arn('catalog', 'portfolio/port-abc')}"]),
    ("sms-voice", "SendTextMessage", {"destinationPhoneNumber": "+1", "originationIdentity": "pool-1a"},
     [f"sms-voice:SendTextMessage {arn('sms-voice', 'pool/pool-1a')}"]),
    # One ARN is of one of several types that the reference requires side by side.
    ("bedrock", "ListTagsForResource", {"resourceARN": arn("bedrock", "guardrail/a1b2")},
     [f"bedrock:ListTagsForResource {arn('bedrock', 'guardrail/a1b2')}"]),
    ("comprehend", "DeleteEndpoint", {"endpointArn": arn("comprehend", "document-classifier-endpoint/e")},
     [f"comprehend:DeleteEndpoint {arn('comprehend', 'document-classifier-endpoint/e')}"]),
    ("redshift-data", "ListTables", {"clusterIdentifier": "c", "database": "d"},
     [f"redshift-data:ListTables {arn('redshift', 'cluster:c')}"]),
    # A name of what has an id in its ARN tells the type alone; a read of one thing is of its type.
    ("redshift-data", "ExecuteStatement", {"workgroupName": "w", "sql": "***OMITTED***"},
     [f"redshift-data:ExecuteStatement {arn('redshift-serverless', 'workgroup/*')}"]),
    ("redshift-serverless", "GetWorkgroup", {"workgroupName": "w"},
     [f"redshift-serverless:GetWorkgroup {arn('redshift-serverless', 'workgroup/*')}"]),
    ("rum", "GetAppMonitorData", {"name": "m"}, [f"rum:GetAppMonitorData {arn('rum', 'appmonitor/m')}"]),
    ("codecommit", "GetPullRequest", {"pullRequestId": "7"}, [f"codecommit:GetPullRequest {arn('codecommit', '*')}"]),
    ("codepipeline", "ListWebhooks", {}, ["codepipeline:ListWebhooks *"]),
    # A name is no id, no version and no other service's thing.
    ("s3tables", "DeleteTable", {"tableBucketARN": arn("s3tables", "bucket/b"), "namespace": "n", "name": "t"},
     [f"s3tables:DeleteTable {arn('s3tables', 'bucket/b/table/*')}"]),
    ("lex", "PutIntent", {"name": "OrderPizza"}, [f"lex:PutIntent {arn('lex', 'intent:OrderPizza:*')}"]),
    ("lex", "GetBot", {"name": "OrderFlowers", "versionOrAlias": "$LATEST"}, [f"lex:GetBot {arn('lex', 'bot:OrderFlowers:$LATEST')}"]),
    ("omics", "GetAnnotationStoreVersion", {"name": "s", "versionName": "v"},
     [f"omics:GetAnnotationStoreVersion {arn('omics', 'annotationStore/s/version/v')}"]),
    ("iotwireless", "DisassociateWirelessDeviceFromThing", {"id": "wd-1"},
     [f"iotwireless:DisassociateWirelessDeviceFromThing {arn('iot', 'thing/*')}",
      f"iotwireless:DisassociateWirelessDeviceFromThing {arn('iotwireless', 'WirelessDevice/wd-1')}"]),
    ("timestream-influxdb", "CreateDbInstance", {"name": "d"}, ["timestream-influxdb:CreateDbInstance *"]),
    ("codebuild", "DeleteBuildBatch", {"id": "p:4ced42bf-a4fc-419c-9e39-02302914e69d"},
     [f"codebuild:DeleteBuildBatch {arn('codebuild', 'project/p')}"]),
    ("codebuild", "BatchGetReports", {"reportArns": [arn("codebuild", "report/rg:1a")]},
     [f"codebuild:BatchGetReports {arn('codebuild', 'report-group/rg')}"]),
    ("network-firewall", "UpdateRuleGroup", {"ruleGroupName": "g", "type": "STATEFUL"},
     [f"network-firewall:UpdateRuleGroup {arn('network-firewall', 'stateful-rulegroup/g')}"]),
    # A value that AWS has added since is no reason to drop the call.
    ("network-firewall", "UpdateRuleGroup", {"ruleGroupName": "g", "type": "STATEFUL_DOMAIN"}, ["network-firewall:UpdateRuleGroup *"]),
    # What the operation is called after is made beside what it is made of, whatever its variable is called.
    ("fis", "CreateExperimentTemplate", {"actions": {"a": {"actionId": "aws:ec2:stop-instances"}}},
     [f"fis:CreateExperimentTemplate {arn('fis', 'action/aws:ec2:stop-instances')}",
      f"fis:CreateExperimentTemplate {arn('fis', 'experiment-template/*')}"]),
    ("neptune-graph", "CreateGraphSnapshot", {"graphIdentifier": "g-1", "snapshotName": "s"},
     [f"neptune-graph:CreateGraphSnapshot {arn('neptune-graph', 'graph-snapshot/*')}",
      f"neptune-graph:CreateGraphSnapshot {arn('neptune-graph', 'graph/g-1')}"]),
    ("rum", "BatchCreateRumMetricDefinitions", {"appMonitorName": "m", "metricDefinitions": [{"name": "n"}]},
     [f"rum:BatchCreateRumMetricDefinitions {arn('rum', 'appmonitor/m')}"]),
    # Names of several parts, of which one may be always the same or nothing.
    ("quicksight", "DescribeUser", {"awsAccountId": ACCOUNT, "namespace": "default", "userName": "bob"},
     [f"quicksight:DescribeUser {arn('quicksight', 'user/default/bob')}"]),
    ("frauddetector", "GetModelVersion", {"modelId": "m", "modelType": "T", "modelVersionNumber": "1.0"},
     [f"frauddetector:GetModelVersion {arn('frauddetector', 'model-version/T/m/1.0')}"]),
    ("codeartifact", "DescribePackageVersion", {"domain": "d", "repository": "r", "format": "pypi", "package": "p"},
     [f"codeartifact:DescribePackageVersion {arn('codeartifact', 'package/d/r/pypi//p')}"]),
    ("bedrock-agentcore", "GetWorkloadAccessToken", {"workloadName": "w"},
     [f"bedrock-agentcore:GetWorkloadAccessToken {arn('bedrock-agentcore', 'workload-identity-directory/default')}",
      f"bedrock-agentcore:GetWorkloadAccessToken {arn('bedrock-agentcore', 'workload-identity-directory/default/workload-identity/w')}"]),
    # A type of which the reference does not know how its ARN goes on.
    ("bedrock-agentcore", "UpdateRegistryRecord", {"registryId": "r1", "recordId": "x", "name": "n"},
     [f"bedrock-agentcore:UpdateRegistryRecord {arn('bedrock-agentcore', 'registry/r1/*')}"]),
    ("cleanrooms", "GetIntermediateTable", {"membershipIdentifier": "m1", "intermediateTableIdentifier": "it1"},
     [f"cleanrooms:GetIntermediateTable {arn('cleanrooms', 'membership/m1')}",
      f"cleanrooms:GetIntermediateTable {arn('cleanrooms', 'membership/m1/*')}"]),
    ("kinesisvideo", "PutMedia", {"streamName": "cam"}, [f"kinesisvideo:PutMedia {arn('kinesisvideo', 'stream/cam/*')}"]),
    # A type of EC2 that is newer than the list of its ids' beginnings.
    ("ec2", "CreateTags", {"resourcesSet": {"items": [{"resourceId": "zzz-0123456789abcdef0"}]}}, [f"ec2:CreateTags {arn('ec2', '*/zzz-*')}"]),
    # Elements under names of their own.
    ("autoscaling", "DeleteTags", {"tags": [{"resourceId": "asg", "resourceType": "auto-scaling-group", "key": "a"}]},
     [f"autoscaling:DeleteTags {arn('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/asg')}"]),
    ("elasticache", "ModifyUserGroup", {"userGroupId": "ug", "userIdsToAdd": ["u1"]},
     [f"elasticache:ModifyUserGroup {arn('elasticache', 'user:u1')}", f"elasticache:ModifyUserGroup {arn('elasticache', 'usergroup:ug')}"]),
    ("ec2", "ReleaseHosts", {"ReleaseHostsRequest": {"HostId": {"tag": 1, "content": "h-0123456789abcdef0"}}},
     [f"ec2:ReleaseHosts {arn('ec2', 'dedicated-host/h-0123456789abcdef0')}"]),
    ("finspace", "GetKxCluster", {"environmentId": "e", "clusterName": "c"}, [f"finspace:GetKxCluster {arn('finspace', 'kxEnvironment/e/kxCluster/c')}"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "name", "request_", "wanted"), CASES)
def test_a_record_that_nothing_here_was_made_with_is_read_right(
    source: str, name: str, request_: Json, wanted: list[str]
) -> None:
    assert asked(source, name, request_) == sorted(wanted)


def test_objects_of_tables_are_recorded_under_the_names_of_s3s_operations() -> None:
    table = arn("s3tables", "bucket/b/table/0f1e2d3c")
    named = [{"ARN": arn("s3tables", "bucket/b")}, {"ARN": table}]
    for name, action in (("GetObject", "GetTableData"), ("UploadPart", "PutTableData")):
        made = translate(record("s3tables", name, {"key": "k"}, resources=named), ROLE)
        assert [f"{one.action} {one.resource}" for one in made.evidence] == [
            f"s3tables:{action} {table}"
        ]


def test_a_user_who_names_no_user_means_himself() -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/dev/bob"
    who = {"type": "IAMUser", "arn": user, "accountId": ACCOUNT, "userName": "bob"}
    own = translate(record("iam", "ChangePassword", None, who=who), user).evidence
    others = translate(record("iam", "GetUser", {"userName": "eve"}, who=who), user).evidence
    assert [one.resource for one in own] == [user]
    assert [one.resource for one in others] == [f"arn:aws:iam::{ACCOUNT}:user/eve"]


@pytest.mark.parametrize(
    ("source", "name", "receiver"),
    [
        ("lex", "CreateBot", "lexv2.amazonaws.com"),
        ("lakeformation", "RegisterResource", "lakeformation.amazonaws.com"),
        ("lakeformation", "AssumeDecoratedRoleWithSAML", None),
    ],
)
def test_a_role_is_passed_to_whoever_will_act_in_it(
    source: str, name: str, receiver: str | None
) -> None:
    request = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/r"}
    lines = translate(record(source, name, request), ROLE).evidence
    passed = [one for line in lines for one in line.implies if one.action.name == "PassRole"]
    assert [one.context for one in passed] == (
        [(("iam:PassedToService", receiver),)] if receiver else []
    )


def test_an_id_that_only_the_arn_of_the_answer_tells_is_made_up() -> None:
    made = "arn:aws:sso:::permissionSet/ssoins-1111/ps-0123456789abcdef"
    request = {"instanceArn": "arn:aws:sso:::instance/ssoins-1111", "name": "p"}
    answer = {"permissionSet": {"permissionSetArn": made}}
    lines = translate(record("sso", "CreatePermissionSet", request, answer), ROLE).evidence
    assert lines[0].generated_ids == ("ps-0123456789abcdef",)
    named = {"profile": {"profileArn": arn("signer", "/signing-profiles/mine")}}
    lines = translate(record("signer", "CreateProfile", {"name": "mine"}, named), ROLE).evidence
    assert not any(one.generated_ids for one in lines)


def test_every_further_name_of_an_element_is_of_a_variable_that_there_is() -> None:
    """A name for a variable that the reference has renamed since would be looked for in vain."""
    stale = [
        f"{service} {key}"
        for service, names in shard("resources")["synonyms"].items()
        for key in names
        if key not in _variables(service)
    ]
    assert stale == []


def _variables(service: str) -> frozenset[str]:
    known = [
        (kind.name, variable)
        for kind in resource_types(service)
        for form in formats_of(kind)
        for variable in form.variables
    ]
    return frozenset({variable for _, variable in known} | {f"{kind}.{one}" for kind, one in known})


@pytest.mark.parametrize(
    ("source", "name", "request_", "wanted"),
    [
        ("aoss", "CreateCollection", {"name": "c", "tags": PAIR}, "aoss:TagResource *"),
        ("network-firewall", "CreateRuleGroup", {"ruleGroupName": "g", "type": "STATEFUL", "tags": PAIR},
         f"network-firewall:TagResource {arn('network-firewall', 'stateful-rulegroup/g')}"),
        ("ds", "CreateDirectory", {"name": "d.example.com", "tags": PAIR}, f"ds:AddTagsToResource {arn('ds', 'directory/*')}"),
        ("elasticmapreduce", "CreateStudio", {"name": "s", "tags": PAIR}, f"elasticmapreduce:AddTags {arn('elasticmapreduce', 'studio/*')}"),
    ],
)  # fmt: skip
def test_tags_cost_what_the_service_calls_its_tagging_action(
    source: str, name: str, request_: Json, wanted: str
) -> None:
    lines = translate(record(source, name, request_, None), ROLE).evidence

    assert wanted in {f"{one.action} {one.resource}" for line in lines for one in line.implies}

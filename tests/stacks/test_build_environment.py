"""What a process says of its build: checked by CodeBuild's schema, passed on, and allowed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from aws_cdk import App, Stack, aws_iam, aws_kms
from aws_cdk.assertions import Template

from lambdas.cycle.buildspec import limits
from lambdas.errors import InvalidProcessError
from lambdas.model.definition.build import Build
from stacks.processes.folders import ProcessFolder, load_folder, load_processes
from stacks.sandbox.roles import CycleRoles
from stacks.settings import Settings
from stacks.workflow.build import CycleBuild
from tests.stacks.samples import write_process

pytestmark = pytest.mark.stacks
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/tools/deploy:7"
VPC = {"VpcId": "vpc-1", "Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}


SECRETS = {
    "NPM_TOKEN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:npm-a1B2c3:token",
    "PART": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:part",
    "WORD": "arn:aws:ssm:eu-west-1:123456789012:parameter/word",
}


def builds_of(folders: Sequence[ProcessFolder]) -> Template:
    """The builds alone, which are synthesised in a second."""
    app = App(
        analytics_reporting=False, builtin_cloud_formation_validation=False, stack_traces=False
    )
    stack = Stack(app, "fencepost-workflow")
    key = aws_kms.Key(stack, "Key")
    for folder in folders:
        name = folder.process.name
        role = aws_iam.Role(
            stack, f"{name}-role", assumed_by=aws_iam.ServicePrincipal("codebuild.amazonaws.com")
        )
        CycleBuild(
            stack,
            name,
            settings=Settings(),
            folder=folder,
            roles=CycleRoles(role.role_arn, role.role_arn, "arn:boundary"),
            role=role,
            key=key,
        )
    return Template.from_stack(stack)


def test_a_build_has_its_image_network_cache_and_time_and_the_rights_for_them(
    tmp_path: Path,
) -> None:
    build = {
        "image": IMAGE,
        "timeout": 60,
        "privileged": True,
        "codebuild": {
            "Environment": {"ComputeType": "BUILD_GENERAL1_LARGE"},
            "VpcConfig": VPC,
            "Cache": {"Type": "S3", "Location": "caches/orders"},
        },
    }
    write_process(tmp_path / "processes", "orders", build=build, secrets=SECRETS)
    write_process(
        tmp_path / "processes", "shop", source={"git": "https://git.example.com/r", "ref": "main"}
    )
    template = builds_of(load_processes([tmp_path / "processes"]))
    projects = {
        one["Properties"]["Name"]: one["Properties"]
        for one in template.find_resources("AWS::CodeBuild::Project").values()
    }
    orders, shop = projects["fencepost-orders"], projects["fencepost-shop"]

    environment = orders["Environment"]
    assert (environment["Image"], environment["ImagePullCredentialsType"]) == (
        IMAGE,
        "SERVICE_ROLE",
    )
    assert (environment["ComputeType"], environment["PrivilegedMode"]) == (
        "BUILD_GENERAL1_LARGE",
        True,
    )
    assert (orders["VpcConfig"], orders["TimeoutInMinutes"]) == (VPC, 60)
    assert orders["Cache"] == build["codebuild"]["Cache"]  # type: ignore[index]
    policies = str(template.find_resources("AWS::IAM::Policy"))
    for word in (
        "ecr:BatchGetImage",
        "repository/tools/deploy",
        "CreateNetworkInterfacePermission",
        "caches/orders/*",
        "secret:npm-a1B2c3'",
        "secret:part-??????",
        "parameter/word",
        "kms:EncryptionContext:SecretARN",
    ):
        assert word in policies
    assert shop["Source"]["Type"] == "NO_SOURCE"
    assert "fetch_git https://git.example.com/r main ." in shop["Source"]["BuildSpec"]
    assert (
        "SOURCE_REVISION"
        in yaml.safe_load(shop["Source"]["BuildSpec"])["env"]["exported-variables"]
    )


@pytest.mark.parametrize(
    ("codebuild", "key"),
    [
        ({"VpcConfig": {"Subnets": "subnet-1"}}, "build.codebuild.VpcConfig.Subnets"),
        ({"Cache": {"Kind": "S3"}}, "build.codebuild.Cache"),
        ({"Environment": {"ComputeType": 7}}, "build.codebuild.Environment.ComputeType"),
        (
            {"Environment": {"ComputeType": "LARGE"}},
            "build.codebuild.Environment.ComputeType: is 'LARGE'; CodeBuild has BUILD_GENERAL1_SMALL",
        ),
        ({"Cache": {"Type": "s3"}}, "build.codebuild.Cache.Type: is 's3'; CodeBuild has NO_CACHE"),
        ({"Cache": {"Type": "LOCAL", "Modes": ["X"]}}, "build.codebuild.Cache.Modes.0: is 'X'"),
        ({"Cache": {"Type": "S3"}}, "build.codebuild.Cache: lacks Location"),
        (
            {"VpcConfig": {"VpcID": "vpc-1"}},
            "build.codebuild.VpcConfig: unknown key VpcID; known are SecurityGroupIds, Subnets, VpcId",
        ),
        (
            {"VpcConfig": {"VpcId": "vpc-1"}},
            "build.codebuild.VpcConfig: lacks Subnets, SecurityGroupIds",
        ),
    ],
)
def test_what_codebuilds_schema_does_not_know_is_refused_at_its_line(
    tmp_path: Path, codebuild: dict[str, Any], key: str
) -> None:
    path = write_process(tmp_path, "orders", build={"codebuild": codebuild})

    with pytest.raises(InvalidProcessError, match=rf"process\.yaml:\d+: {key}"):
        load_folder(path)


@pytest.mark.parametrize("address", ["https://github.com/o/r.git", "git@github.com:o/r.git"])
def test_an_address_in_place_of_a_folder_is_told_how_it_is_written(
    tmp_path: Path, address: str
) -> None:
    path = write_process(tmp_path, "orders", source=address)

    with pytest.raises(InvalidProcessError, match=r"an address; write \{git: https://github"):
        load_folder(path)


@pytest.mark.parametrize("minutes", [20, 60, 240])
def test_remove_has_its_turn_within_the_builds_time(tmp_path: Path, minutes: int) -> None:
    process = load_folder(write_process(tmp_path, "a", build={"timeout": minutes})).process

    phases, remove = limits(process)

    assert remove >= 5 * 60
    assert phases > remove
    assert phases + remove < minutes * 60
    assert Build.from_mapping(process.build.to_mapping()) == process.build

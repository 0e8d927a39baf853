"""What a process says of its build, as properties of its project and as rights of its role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Stack, aws_iam

from lambdas.model.build import OWN_IMAGES, Build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs import Construct

PRIVATE = ".dkr.ecr."  # of images in the Elastic Container Registry


def properties(build: Build) -> dict[str, Any]:
    """Properties of AWS::CodeBuild::Project, by their path."""
    found: dict[str, Any] = {}
    if build.image:
        found["Environment.Image"] = build.image
        own = build.image.startswith(OWN_IMAGES)
        found["Environment.ImagePullCredentialsType"] = "CODEBUILD" if own else "SERVICE_ROLE"
    if build.privileged:
        found["Environment.PrivilegedMode"] = True
    for key, value in build.codebuild.items():
        if key == "Environment":
            found |= {f"Environment.{name}": one for name, one in value.items()}
        else:
            found[key] = value
    return found


def statements(build: Build, scope: Construct) -> Iterator[aws_iam.PolicyStatement]:
    """What the role needs for the image, the network and the cache."""
    stack = Stack.of(scope)
    if PRIVATE in build.image:
        yield from _image(build.image, stack)
    if "VpcConfig" in build.codebuild:
        yield from _network(build.codebuild["VpcConfig"], stack)
    cache = build.codebuild.get("Cache", {})
    if cache.get("Type") == "S3":
        place = f"arn:{stack.partition}:s3:::{str(cache['Location']).rstrip('/')}/*"
        yield _allow(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], [place])


def _image(image: str, stack: Stack) -> Iterator[aws_iam.PolicyStatement]:
    """https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html."""
    registry, _, rest = image.partition("/")
    account, region = registry.split(".")[0], registry.split(".")[3]
    name = rest.split("@")[0].split(":")[0]
    repository = f"arn:{stack.partition}:ecr:{region}:{account}:repository/{name}"
    pull = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
    yield _allow([f"ecr:{one}" for one in pull], [repository])
    yield _allow(["ecr:GetAuthorizationToken"], ["*"])


def _network(network: dict[str, Any], stack: Stack) -> Iterator[aws_iam.PolicyStatement]:
    """https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html."""
    looked = ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")
    made = ("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface")
    yield _allow([*made, *(f"ec2:Describe{one}" for one in looked)], ["*"])
    subnets = [
        stack.format_arn(service="ec2", resource="subnet", resource_name=str(one))
        for one in network.get("Subnets", [])
    ]
    permission = _allow(
        ["ec2:CreateNetworkInterfacePermission"],
        [stack.format_arn(service="ec2", resource="network-interface", resource_name="*")],
    )
    permission.add_condition("StringEquals", {"ec2:AuthorizedService": "codebuild.amazonaws.com"})
    permission.add_condition("ArnEquals", {"ec2:Subnet": subnets})
    yield permission


def _allow(actions: list[str], resources: list[str]) -> aws_iam.PolicyStatement:
    return aws_iam.PolicyStatement(actions=actions, resources=resources)

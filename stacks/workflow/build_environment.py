"""What a process says of its build, as properties of its project and as rights of its role."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from aws_cdk import ArnFormat, Stack, aws_iam
from constructs import Construct

from lambdas.model.definition.build import OWN_IMAGES, Build
from lambdas.model.definition.secret import MANAGED, PARAMETER, Secret
from lambdas.model.iam.arn import Arn, arn_of

ACCOUNT = 4  # its place in an ARN
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
        place = arn_of("s3", f"{str(cache['Location']).rstrip('/')}/*", partition=stack.partition)
        yield _allow(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], [place])


def secret_statements(
    secrets: Iterable[Secret], scope: Construct
) -> Iterator[aws_iam.PolicyStatement]:
    """What the role needs to read the process's secrets, and keys of the account's own for them."""
    stack = Stack.of(scope)
    for one in secrets:
        managed = one.read[0] == MANAGED
        action = "secretsmanager:GetSecretValue" if managed else "ssm:GetParameter"
        place = _arn(one, stack)
        yield _allow([action], [place])
        if not one.laptop:
            key = replace(Arn.from_text(one.reference), service="kms", resource="key/*")
            decrypt = _allow(["kms:Decrypt"], [str(key)])
            # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html,
            # https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
            context = "SecretARN" if managed else "PARAMETER_ARN"
            service = f"{one.service}.{key.region}.{stack.url_suffix}"
            decrypt.add_condition("StringEquals", {"kms:ViaService": service})
            decrypt.add_condition("StringLike", {f"kms:EncryptionContext:{context}": place})
            yield decrypt


def _arn(secret: Secret, stack: Stack) -> str:
    """A secret's ARN ends with six characters of its own, which a partial one leaves out."""
    if secret.laptop:
        name = f"{secret.laptop}-??????"
        return stack.format_arn(
            service=MANAGED,
            resource="secret",
            resource_name=name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
    whole = secret.service == PARAMETER or re.search(r"-[A-Za-z0-9]{6}$", secret.reference)
    return secret.reference if whole else f"{secret.reference}-??????"


def _image(image: str, stack: Stack) -> Iterator[aws_iam.PolicyStatement]:
    """https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html."""
    registry, _, rest = image.partition("/")
    account, region = registry.split(".")[0], registry.split(".")[3]
    name = rest.split("@")[0].split(":")[0]
    repository = arn_of(
        "ecr", f"repository/{name}", partition=stack.partition, region=region, account=account
    )
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

"""What of AWS::CodeBuild::Project a process passes through: by the registry's schema and the API.

Takes `build.codebuild` as it was written; raises on the first key that CloudFormation or CodeBuild
would refuse at deployment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.errors import InvalidProcessError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape
    from jsonschema import ValidationError

TYPE = "AWS::CodeBuild::Project"
# https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectCache.html
# https://docs.aws.amazon.com/codebuild/latest/userguide/enabling-vpc-access-in-projects.html
WHOLE_VPC = ("VpcId", "Subnets", "SecurityGroupIds")


def refuse_wrong(codebuild: Mapping[str, Any]) -> None:
    """Refuse properties that a build project does not have, or values that CodeBuild does not.

    Raises:
        InvalidProcessError: names the key, what is wrong with it, and what may be written.
    """
    if not codebuild:
        return
    for key, problem in (*_by_schema(codebuild), *_by_api(codebuild), *_halves(codebuild)):
        raise InvalidProcessError(".".join(("build", "codebuild", *key)), problem)


def _by_schema(codebuild: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """By the registry's schema, as cfn-lint keeps it."""
    # Half a second, and only for processes that pass something through.
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415
    from jsonschema import Draft7Validator  # noqa: PLC0415

    known = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", TYPE)
    parts = {key: known.schema[key] for key in ("definitions", "properties")}
    for error in Draft7Validator(parts).iter_errors(dict(codebuild)):
        # A process chooses some properties of the environment; Fencepost gives what is required.
        if error.validator != "required" or list(error.path) != ["Environment"]:
            yield tuple(map(str, error.absolute_path)), _in_words(error)


def _in_words(error: ValidationError) -> str:
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        unknown = sorted(set(error.instance) - set(known))
        return f"unknown key {', '.join(unknown)}; known are {', '.join(sorted(known))}"
    if error.validator == "type":
        return f"is {error.instance!r}; write a value of the type {error.validator_value}"
    return str(error.message)


def _by_api(codebuild: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """By CodeBuild's own model, which lists the words that the registry's schema does not."""
    from botocore.loaders import Loader  # noqa: PLC0415
    from botocore.model import ServiceModel  # noqa: PLC0415

    model = ServiceModel(Loader().load_service_model("codebuild", "service-2"), "codebuild")
    made = model.operation_model("CreateProject").input_shape
    if made:
        yield from _words(codebuild, made, ())


def _words(
    value: object, shape: Shape, place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """CloudFormation's names begin with a capital letter, and are the API's else."""
    members = getattr(shape, "members", {})
    if isinstance(value, dict):
        for key, one in value.items():
            member = members.get(f"{key[:1].lower()}{key[1:]}")
            if member is not None:
                yield from _words(one, member, (*place, str(key)))
    elif isinstance(value, list) and hasattr(shape, "member"):
        for at, one in enumerate(value):
            yield from _words(one, shape.member, (*place, str(at)))
    elif isinstance(value, str) and value not in (words := getattr(shape, "enum", [])) and words:
        yield place, f"is {value!r}; CodeBuild has {', '.join(words)}"


def _halves(codebuild: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is of use only together."""
    vpc = codebuild.get("VpcConfig")
    missing = [one for one in WHOLE_VPC if not vpc.get(one)] if isinstance(vpc, dict) else []
    if missing:
        yield ("VpcConfig",), f"lacks {', '.join(missing)}: CodeBuild wants all three of a VPC"
    cache = codebuild.get("Cache")
    if isinstance(cache, dict) and cache.get("Type") == "S3" and not cache.get("Location"):
        yield ("Cache",), "lacks Location, the bucket and prefix of a cache in S3"

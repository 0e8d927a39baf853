"""What SAM makes of a template: `AWS::Serverless-2016-10-31` expanded by AWS's own translator.

https://github.com/aws/serverless-application-model. It wants code that has been uploaded: what lies
beside the template is named by a stand-in, and is unknown again in what comes out.
"""

import copy
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foretell.errors import UnreadableTemplateError
from lambdas.model.text import visible
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.stacks.unknown import UNKNOWN

TRANSFORM = "AWS::Serverless-2016-10-31"
_STAND_IN = "fencepost-unpackaged"
_URI = f"s3://{_STAND_IN}/code"
# Elements that a tool replaces by the address of what it uploads,
# https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
_UPLOADED = {
    "AWS::Serverless::Api": ("DefinitionUri",),
    "AWS::Serverless::Application": ("Location",),
    "AWS::Serverless::Function": ("CodeUri",),
    "AWS::Serverless::GraphQLApi": ("SchemaUri",),
    "AWS::Serverless::HttpApi": ("DefinitionUri",),
    "AWS::Serverless::LayerVersion": ("ContentUri",),
    "AWS::Serverless::StateMachine": ("DefinitionUri",),
}


def expanded(
    content: Mapping[str, Any], place: ArnContext, given: Mapping[str, str], shown: str
) -> dict[str, Any]:
    """The template that CloudFormation deploys.

    Raises:
        UnreadableTemplateError: SAM refuses it, with its own words.
    """
    # Half a second to load, and only needed here.
    from samtranslator.parser.parser import Parser  # noqa: PLC0415
    from samtranslator.public.exceptions import InvalidDocumentException  # noqa: PLC0415
    from samtranslator.translator.translator import Translator  # noqa: PLC0415

    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)
    template = copy.deepcopy(dict(content))
    _upload(template)
    parameters = {**given, "AWS::Region": place.region, "AWS::Partition": place.partition}
    try:
        # The translator asks a session for the region alone; this one has nothing else.
        translator = Translator({}, Parser(), boto_session=_Session(place.region))
        made: dict[str, Any] = translator.translate(template, parameter_values=parameters)
    except InvalidDocumentException as error:
        causes = "; ".join(visible(str(one.message)) for one in error.causes)
        raise UnreadableTemplateError(f"{shown}: SAM refuses it: {causes}") from None
    except Exception as error:  # noqa: BLE001 (the translator raises whatever broke it)
        raise UnreadableTemplateError(
            f"{shown}: SAM's translator broke on it: {type(error).__name__}: {visible(str(error))}"
        ) from None
    cleaned: dict[str, Any] = _unknown_again(made)
    return cleaned


@dataclass(frozen=True, slots=True)
class _Session:
    region_name: str


def _upload(template: dict[str, Any]) -> None:
    """Name what is not uploaded yet by stand-ins."""
    resources = template.get("Resources")
    for raw in resources.values() if isinstance(resources, dict) else ():
        if not isinstance(raw, dict):
            continue
        properties = raw.setdefault("Properties", {})
        for element in _UPLOADED.get(str(raw.get("Type")), ()):
            value = properties.get(element) if isinstance(properties, dict) else None
            if isinstance(value, str) and not value.startswith(("s3://", "https://")):
                properties[element] = _URI
        if raw.get("Type") == "AWS::Serverless::Function" and isinstance(properties, dict):
            inline = {"CodeUri", "InlineCode", "ImageUri"} & properties.keys()
            if not inline and properties.get("PackageType") != "Image":
                properties["CodeUri"] = _URI


def _unknown_again(value: Any) -> Any:  # noqa: ANN401 (as above)
    if isinstance(value, dict):
        if value.get("S3Bucket") == _STAND_IN:
            return {**value, "S3Bucket": UNKNOWN, "S3Key": UNKNOWN}
        return {key: _unknown_again(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_unknown_again(one) for one in value]
    if isinstance(value, str) and _STAND_IN in value:
        return UNKNOWN
    return value

"""CloudFormation's templates in a folder: which there are, their parameters, what they point to."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.model.definition.variables import Use
from local.new_process.draft import IN_ENVIRONMENT, STAGE, Question
from local.new_process.folder import Folder
from local.new_process.reading.stages import chosen, is_stage

SERVERLESS = "AWS::Serverless-2016-10-31"
PLACES = ("*.yaml", "*.yml", "*.json", "*.template")
# Properties that `aws cloudformation package` uploads when they are paths,
# https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
UPLOADED = (
    "Code", "CodeUri", "ContentUri", "DefinitionUri", "TemplateURL", "Location", "SourceBundle",
    "DefinitionS3Location", "BodyS3Location", "ScriptLocation", "SchemaUri", "LocalCodeUri",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """How a template's parameters are filled: what goes on the command line, and what is asked."""

    overrides: tuple[str, ...] = ()
    variables: tuple[Use, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    questions: tuple[Question, ...] = ()


def templates(folder: Folder, *, serverless: bool) -> tuple[str, ...]:
    """Paths of the templates with or without the serverless transform, nearest to the top first."""
    found = []
    for name in folder.matching(*PLACES):
        document = folder.mapping(name) if "Resources" in folder.texts[name] else {}
        resources = document.get("Resources")
        if isinstance(resources, dict) and any(
            "Type" in mapping(one) for one in resources.values()
        ):
            transforms = document.get("Transform") or []
            listed = transforms if isinstance(transforms, list) else [transforms]
            if (SERVERLESS in listed) is serverless:
                found.append(name)
    return tuple(sorted(found, key=lambda one: (one.count("/"), not _is_template(one), one)))


def _is_template(name: str) -> bool:
    """Whether a file is called as the tools themselves call a template."""
    return name.rpartition("/")[2].startswith("template.")


def functions(template: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The properties of the template's functions, with the template's own defaults."""
    everywhere = mapping(mapping(template.get("Globals")).get("Function"))
    for one in mapping(template.get("Resources")).values():
        if mapping(one).get("Type") in ("AWS::Serverless::Function", "AWS::Lambda::Function"):
            yield {**everywhere, **mapping(mapping(one).get("Properties"))}


def uploads(value: object) -> bool:
    """Whether something of the template lies beside it and must be uploaded first."""
    if isinstance(value, dict):
        return any(
            (key in UPLOADED and isinstance(one, str) and "://" not in one) or uploads(one)
            for key, one in value.items()
        )
    return isinstance(value, list) and any(map(uploads, value))


def parameters(template: Mapping[str, Any], given: Mapping[str, str]) -> Parameters:
    """How to fill the parameters, some of which a file of the tool gives already."""
    overrides, environment, questions = [], [IN_ENVIRONMENT], []
    variables = (STAGE,)
    for name, raw in sorted(
        mapping(template.get("Parameters")).items(), key=lambda one: str(one[0])
    ):
        wanted = mapping(raw)
        if is_stage(str(name)):
            overrides.append(f'"{name}=$STAGE"')
            variables = (_allowed(wanted),)
            if not variables[0].prove:
                questions.append(
                    Question(key="variables.stage", asks=f"which other {name} is there?")
                )
        elif name in given:
            overrides.append(shlex.quote(f"{name}={given[name]}"))
        elif "Default" not in wanted:
            variable = _variable(str(name))
            description = str(wanted.get("Description") or wanted.get("Type") or "")
            overrides.append(f'"{name}=${variable}"')
            environment.append((variable, ""))
            questions.append(
                Question(key=f"environment.{variable}", asks=f"the parameter {name}: {description}")
            )
    return Parameters(
        overrides=tuple(overrides),
        variables=variables,
        environment=tuple(environment),
        questions=tuple(questions),
    )


def _allowed(wanted: Mapping[str, Any]) -> Use:
    """The stage, out of the values that the template allows."""
    values = [str(one) for one in wanted.get("AllowedValues") or ()]
    return chosen(values)


def _variable(name: str) -> str:
    """`DatabaseSubnetId` → `DATABASE_SUBNET_ID`."""
    words = "".join(
        f"_{one}" if one.isupper() and at and not name[at - 1].isupper() else one
        for at, one in enumerate(name)
    )
    return f"P_{words.upper()}"


def mapping(raw: object) -> Mapping[str, Any]:
    """What is a mapping, else an empty one."""
    return raw if isinstance(raw, dict) else {}

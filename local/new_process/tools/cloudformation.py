"""A template, deployed by the AWS CLI."""

import shlex
from collections.abc import Mapping
from typing import Any

from lambdas.model.definition.process import Phase
from lambdas.model.definition.variables import Use
from local.new_process.draft import Draft
from local.new_process.folder import Folder
from local.new_process.reading.code_change import change_of, handler_file
from local.new_process.reading.packages import runtimes_of
from local.new_process.reading.template_needs import notes_on
from local.new_process.reading.templates import functions, parameters, templates, uploads

CAPABILITIES = "--capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND"
ACCOUNT = "$(aws sts get-caller-identity --query Account --output text)"
PACKAGED = '--s3-bucket "$bucket" --output-template-file packaged.yaml > /dev/null'
LARGEST_INLINE = 51_200  # bytes of a template that needs no bucket
LONGEST_BUCKET = 63  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html


def draft(folder: Folder, process: str) -> Draft | None:
    """What deploys the first template of the folder."""
    found = templates(folder, serverless=False)
    if not found:
        return None
    template = folder.mapping(found[0])
    filled = parameters(template, {})
    packaged = uploads(template) or len(folder.texts[found[0]].encode()) > LARGEST_INLINE
    bucket = _bucket(process, filled.variables)
    deploy = _deploy(found[0], process, bucket if packaged else "", filled.overrides)
    return Draft(
        tool="aws cloudformation deploy",
        read=found[0],
        conventional=False,
        runtimes=runtimes_of(*(one.get("Runtime") for one in functions(template))),
        variables=filled.variables,
        environment=filled.environment,
        phases=(
            Phase(name="deploy", commands=deploy),
            Phase(
                name="update",
                commands=(
                    *_code_change(folder, found[0], template),
                    *deploy[:-1],
                    f"{deploy[-1]} --tags reviewed=yes",
                ),
            ),
            Phase(name="remove", commands=_remove(process, bucket if packaged else "")),
        ),
        notes=tuple(notes_on(folder, found)),
        questions=filled.questions,
    )


def _bucket(process: str, variables: tuple[Use, ...]) -> str:
    """A name for the packages, as long as one may be with the longest stage and the account."""
    longest = max(len(one) for use in variables for one in (use.learn, use.prove))
    room = LONGEST_BUCKET - len("--packages-") - 12 - longest
    lower = all(one == one.lower() for use in variables for one in (use.learn, use.prove))
    stage = "$STAGE" if lower else "${STAGE,,}"  # a bucket's name has small letters
    return f'"{process[:room].rstrip("-")}-{stage}-packages-{ACCOUNT}"'


def _deploy(
    template: str, process: str, bucket: str, overrides: tuple[str, ...]
) -> tuple[str, ...]:
    file = shlex.quote(template)
    first: tuple[str, ...] = ()
    if bucket:
        first = (
            f"bucket={bucket}",
            'aws s3api head-bucket --bucket "$bucket" 2> /dev/null || aws s3 mb "s3://$bucket"',
            f"aws cloudformation package --template-file {file} {PACKAGED}",
        )
    values = f" --parameter-overrides {' '.join(overrides)}" if overrides else ""
    where = ' --s3-bucket "$bucket"' if bucket else ""
    options = f"{where} --no-fail-on-empty-changeset {CAPABILITIES}{values}"
    what = "packaged.yaml" if bucket else file
    deploy = f'aws cloudformation deploy --template-file {what} --stack-name "{process}-$STAGE"'
    return (*first, deploy + options)


def _remove(process: str, bucket: str) -> tuple[str, ...]:
    emptied = (
        f"bucket={bucket}",
        '! aws s3api head-bucket --bucket "$bucket" 2> /dev/null || aws s3 rb --force "s3://$bucket"',
    )
    return (
        f'aws cloudformation delete-stack --stack-name "{process}-$STAGE"',
        f'aws cloudformation wait stack-delete-complete --stack-name "{process}-$STAGE"',
        *(emptied if bucket else ()),
    )


def _code_change(folder: Folder, name: str, template: Mapping[str, Any]) -> tuple[str, ...]:
    beside = name.rpartition("/")[0]
    for one in functions(template):
        place = f"{beside}/{one.get('Code') or ''}"
        file = handler_file(folder, place, one.get("Handler"))
        if file and isinstance(one.get("Code"), str):
            return (change_of(folder, file),)
    return ()

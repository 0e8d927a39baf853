"""A template, deployed by the AWS CLI."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from lambdas.model.definition.process import Phase
from local.new_process.draft import Draft
from local.new_process.tools.code_change import change_of, handler_file
from local.new_process.tools.packages import runtimes_of
from local.new_process.tools.templates import functions, parameters, templates, uploads

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from local.new_process.folder import Folder

CAPABILITIES = "--capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND"
ACCOUNT = "$(aws sts get-caller-identity --query Account --output text)"
PACKAGED = '--s3-bucket "$bucket" --output-template-file packaged.yaml > /dev/null'
LARGEST_INLINE = 51_200  # bytes of a template that needs no bucket
EMPTIED = "a bucket or repository that holds anything must be emptied before remove"
HOLDING = ("AWS::S3::Bucket", "AWS::ECR::Repository")  # that are removed only when empty


def draft(folder: Folder, process: str) -> Draft | None:
    """What deploys the first template of the folder."""
    found = templates(folder, serverless=False)
    if not found:
        return None
    template = folder.mapping(found[0])
    filled = parameters(template, {})
    packaged = uploads(template) or len(folder.texts[found[0]].encode()) > LARGEST_INLINE
    bucket = f'"{process}-$STAGE-packages-{ACCOUNT}"'
    deploy = _deploy(found[0], process, bucket if packaged else "", filled.overrides)
    return Draft(
        tool="aws cloudformation deploy",
        runtimes=runtimes_of(*(one.get("Runtime") for one in functions(template))),
        variables=filled.variables,
        environment=filled.environment,
        phases=(
            Phase(name="deploy", commands=deploy),
            Phase(
                name="update",
                commands=(
                    *_code_change(folder, template),
                    *deploy[:-1],
                    f"{deploy[-1]} --tags reviewed=yes",
                ),
            ),
            Phase(name="remove", commands=_remove(process, bucket if packaged else "")),
        ),
        notes=(
            *(
                [("phases", f"other templates are there: {', '.join(found[1:6])}")]
                if found[1:]
                else []
            ),
            *(
                [("phases", EMPTIED)]
                if any(kind in folder.texts[one] for one in found for kind in HOLDING)
                else []
            ),
        ),
        questions=filled.questions,
    )


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


def _code_change(folder: Folder, template: Mapping[str, Any]) -> tuple[str, ...]:
    for one in functions(template):
        file = handler_file(folder, str(one.get("Code") or ""), one.get("Handler"))
        if file and isinstance(one.get("Code"), str):
            return (change_of(folder, file),)
    return ()

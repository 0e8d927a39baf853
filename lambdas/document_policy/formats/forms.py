"""The forms of a policy and the files of a dossier: a row for each, and nothing else to change."""

from collections.abc import Callable
from dataclasses import dataclass

from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.formats.cdk import construct
from lambdas.document_policy.formats.cloudformation import cloudformation
from lambdas.document_policy.formats.terraform import terraform

PLAIN = "text/plain; charset=utf-8"  # a browser shows it and offers no download


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The policy in one language.

    Attributes:
        file: its name in the dossier.
        title: what people call the language.
        media_type: as the archive keeps it.
        write: the text, from the facts of the run.
    """

    file: str
    title: str
    media_type: str
    write: Callable[[RunFacts], str]


FORMS = (
    Form(file="policy.tf", title="Terraform", media_type=PLAIN, write=terraform),
    Form(file="policy.yaml", title="CloudFormation", media_type=PLAIN, write=cloudformation),
    Form(file="policy.py", title="CDK", media_type=PLAIN, write=construct),
)
# What the report links to, in this order.
LINKS = (
    ("policy.json", "IAM JSON"),
    *((one.file, one.title) for one in FORMS),
    ("README.md", "Markdown"),
    ("evidence.jsonl.gz", "Evidence"),
    ("manifest.json", "Manifest"),
)
_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    **{f".{one.file.rpartition('.')[2]}": one.media_type for one in FORMS},
}


def content_type(name: str) -> str:
    """By the file's ending; a browser shows what the archive keeps."""
    return _MEDIA_TYPES.get(f".{name.rpartition('.')[2]}", "application/octet-stream")

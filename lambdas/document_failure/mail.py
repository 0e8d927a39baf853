"""The failure as a mail."""

from lambdas.document_failure.documents import account
from lambdas.document_failure.failure import Failure
from lambdas.model.limits import SUBJECT_LIMIT
from lambdas.model.text import visible


def subject(failure: Failure) -> str:
    """The mail's subject: `Failed: orders, phase deploy`."""
    where = f"phase {failure.phase}" if failure.phase else f"{failure.state}, {failure.error}"
    return visible(f"Failed{failure.run.platform.aside}: {failure.run.process}, {where}")[
        :SUBJECT_LIMIT
    ]


def message(failure: Failure, place: str) -> str:
    """The mail's text; `place` is where the archive keeps the run."""
    return "\n".join([*account(failure, place), ""])

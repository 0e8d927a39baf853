"""Objects that are content: in a folder that many were written to, the next run writes others."""

from collections import defaultdict
from collections.abc import Iterable

from lambdas.model.findings.reason import Reason, ReasonKind
from lambdas.model.iam.template import Template
from lambdas.refine_policy.grants.name_families import MANY, Family

CONTENT = "what is written here is content"


def folders(templates: Iterable[Template]) -> dict[str, Family]:
    """Objects that were written beside many others: the deepest folder that holds so many."""
    inside: dict[str, set[str]] = defaultdict(set)
    texts = {one.text for one in templates}
    for text in texts:
        folder, slash, name = text.rpartition("/")
        while slash:
            inside[folder].add(name)
            folder, slash, name = folder.rpartition("/")
    found: dict[str, Family] = {}
    for text in texts:
        folder = text.rpartition("/")[0]
        while folder and len(inside[folder]) < MANY:
            folder = folder.rpartition("/")[0]
        if folder:
            reason = f"{CONTENT}: {len(inside[folder])} names were seen in one folder"
            found[text] = Family(
                Template.from_text(f"{folder}/*"), Reason(reason, ReasonKind.FAMILY), folder
            )
    return found

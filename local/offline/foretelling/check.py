"""`fencepost check`: does the policy suffice for the deployment of a template, or of a change?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from foretell.comparison.comparison import Answer, compared
from foretell.comparison.policy_context import place_of, stack_of
from foretell.foretell import foretell
from foretell.knowledge.knowledge import Knowledge, shipped
from foretell.report.document import fields
from foretell.report.markdown import markdown
from foretell.report.sarif import sarif
from foretell.report.text import text
from foretell.requests import arn_of
from foretell.templates.opening import Opener
from lambdas.errors import FencepostError
from local.offline.foretelling.files import LocalFiles, pairs
from local.offline.foretelling.policies import named_policy
from local.output import UNKNOWN, complain, document

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from foretell.comparison.comparison import Comparison
    from foretell.comparison.granted import Granted

TEXT, JSON, MARKDOWN, SARIF = FORMATS = ("text", "json", "markdown", "sarif")


def check(args: Namespace) -> int:
    """Say what the deployment needs that the policy does not grant.

    Args:
        args: `policy`, `template`, `base` or None, `parameter`, `set`, `tag`, `knowledge` (lists),
            `stack_name`, `region`, `account`, `tool`, `archive`, `format`, `json`.
    """
    as_json = args.json or args.format == JSON
    try:
        place = {"account": args.account, "region": args.region}
        values = {**{name: one for name, one in place.items() if one}, **pairs("--set", args.set)}
        policy = named_policy(args.policy, args.archive, values)
        found = _compared(args, policy.granted)
    except FencepostError as error:
        complain(f"could not tell: {error}")
        if as_json:
            document(
                "check", UNKNOWN, {"answer": Answer.UNTOLD.name.lower(), "untold": [str(error)]}
            )
        return UNKNOWN
    if as_json:
        document("check", found.answer, fields(found))
    elif args.format == MARKDOWN:
        print(markdown(found, f"{args.template} against the policy {policy.name}"), end="")
    elif args.format == SARIF:
        print(sarif(found, args.template, version("fencepost")), end="")
    else:
        print(text(found), end="")
    return int(found.answer)


def _compared(args: Namespace, granted: Granted) -> Comparison:
    place = place_of(granted, account=args.account or "", region=args.region or "")
    opener = Opener(
        files=LocalFiles(),
        place=place,
        arn_of=arn_of,
        name=args.stack_name or stack_of(granted),
        given=pairs("--parameter", args.parameter),
        tags=pairs("--tag", args.tag),
    )
    opened = opener.open(args.template)
    base = opener.open(args.base) if args.base else None
    knowledge = _knowledge(args.knowledge)
    tool = args.tool or opened.tool
    needs = foretell(opened.stacks, knowledge, base=base.stacks if base else (), tool=tool)
    if base is None:
        return compared(needs, granted, untold=opened.untold)
    before = foretell(base.stacks, knowledge, tool=tool).needs
    after = foretell(opened.stacks, knowledge, tool=tool).needs
    untold = (*opened.untold, *base.untold)
    return compared(needs, granted, before=before, after=after, untold=untold)


def _knowledge(files: Sequence[str]) -> Knowledge:
    found = shipped()
    for name in files:
        found = found.joined(Knowledge.from_text(Path(name).read_text(encoding="utf-8"), name))
    return found

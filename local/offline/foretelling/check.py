"""`fencepost check`: does the policy suffice for the deployment of a template, or of a change?"""

from argparse import Namespace
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from foretell.comparison.comparison import Answer, Comparison, compared, untold
from foretell.comparison.granted import Granted
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
from local.output import complain, document

JSON, MARKDOWN, SARIF = "json", "markdown", "sarif"


def check(args: Namespace) -> int:
    """Say what the deployment needs that the policy does not grant.

    Args:
        args: `policy`, `template`, `base` or None, `parameter`, `set`, `tag`, `knowledge` (lists),
            `stack_name`, `region`, `account`, `tool`, `archive`, `format`, `json`.
    """
    name = args.policy
    try:
        place = {"account": args.account, "region": args.region}
        values = {**{key: one for key, one in place.items() if one}, **pairs("--set", args.set)}
        policy = named_policy(args.policy, args.archive, values)
        name, found = policy.name, _compared(args, policy.granted)
    except FencepostError as error:
        complain(f"could not tell: {error}")
        found = untold(str(error))  # a comment and a log say it, too
    _tell(found, args, name)
    return int(found.answer)


def _tell(found: Comparison, args: Namespace, policy: str) -> None:
    if args.json or args.format == JSON:
        document("check", found.answer, fields(found))
    elif args.format == MARKDOWN:
        print(markdown(found, f"{args.template} against the policy {policy}"), end="")
    elif args.format == SARIF:
        print(sarif(found, args.template, version("fencepost")), end="")
    elif found.needs or found.answer is not Answer.UNTOLD:
        print(text(found), end="")


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

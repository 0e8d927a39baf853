"""Stacks and policies for the tests of foretelling."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from foretell.comparison.granted import Granted, read_policy
from foretell.foretell import foretell
from foretell.knowledge.knowledge import Knowledge
from foretell.needs import Need
from foretell.requests import arn_of
from foretell.templates.opening import Opened, Opener
from lambdas.reference.arn_formats import ArnContext

PLACE = ArnContext(partition="aws", region="eu-west-1", account="123456789012")
QUEUE = "AWS::SQS::Queue"


@dataclass(frozen=True)
class Files:
    """Files that are not there."""

    texts: Mapping[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def is_folder(self, path: str) -> bool:
        return any(one.startswith(f"{path}/") for one in self.texts)


def opened(
    text: str | Mapping[str, str],
    path: str = "template.yaml",
    *,
    name: str = "mail-dev",
    given: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Opened:
    files = Files({path: text} if isinstance(text, str) else text)
    opener = Opener(
        files=files, place=PLACE, arn_of=arn_of, name=name, given=given or {}, tags=tags or {}
    )
    return opener.open(path)


def template(**resources: Any) -> str:
    return json.dumps({"Resources": resources})


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def needs(
    after: str, before: str | None = None, known: Knowledge | None = None, **how: Any
) -> tuple[Need, ...]:
    stacks = opened(after, **how).stacks
    base = opened(before, **how).stacks if before else ()
    return foretell(stacks, known or Knowledge(), base=base).needs


def asked(found: tuple[Need, ...], *, sure: bool | None = None) -> set[tuple[str, str]]:
    return {
        (str(one.action), str(one.resource))
        for one in found
        if sure is None or one.certainty.sure is sure
    }


def allowing(*pairs: tuple[str, str], **condition: Any) -> Granted:
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": where}
        | ({"Condition": condition} if condition else {})
        for action, where in pairs
    ]
    return read_policy(json.dumps({"Statement": statements}), "policy.json", {})

"""Reads the three forms back into IAM's JSON, with other readers than the writers."""

import json
import re
from collections.abc import Mapping
from typing import Any

import hcl2
import yaml
from hypothesis import strategies as st

from lambdas.model.dossier.containment import Carried, Containment, Reach, Whose
from lambdas.model.dossier.refinement import (
    ExplainedStatement,
    Grant,
    Ground,
    PrincipalPolicy,
    Refinement,
)
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition, Statement
from lambdas.model.iam.template import ANY, Template, Variable, Wildcard
from lambdas.model.trail.ground_kind import GroundKind
from tests.unit.document_policy.explained import ROLE

Grants = frozenset[tuple[str, str, str, str, frozenset[tuple[str, str, frozenset[str]]]]]

# Words that have opened a door somewhere: HTML, HCL, YAML, Markdown, Python, terminals, browsers.
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--",
    '${jsonencode(file("/etc/passwd"))}',
    "%{ for x in y }",
    "%{ for",
    "${",
    "$${",
    "$",
    "%%{",
    "&{aws:username}",
    "&&{AMPERSAND{ AMPERSAND_&",
    "*anchor &anchor !!python/object/apply:os.system",
    "- a: b # c",
    "|\n  block",
    '"""',
    "'''",
    '"; import os; os.system("id") #',
    "{0.__class__}",
    "{account}",
    "\\",
    '\\" ',
    "`code` [link](javascript:alert(1)) **bold** | cell",
    "@everyone https://example.com www.example.com",
    "\x1b[31mred\x1b[0m\x07",
    "\u202eesrever\u2066 \u200b\ufeff",
    "line\nbreak\r\n\ttab\x85\u2028\u2029",
    "# -*- coding: utf-7 -*-",
    "é 漢字 \U0001f511",
    "${!Literal} !Sub ${AWS::AccountId} {{resolve:ssm:x}}",
    "]]> <![CDATA[ &lt; &#60; &amp;",
    "{{7*7}} {% raw %} {# #}",
    "<<EOT\nEOT\n<<-EOF",
    "--- !Sub\n... !Ref x\n---",
    "```\n````` ~~~ `",
    "nul\x00 bell\x07 back\x08 del\x7f c1\x9b31m st\x9c",
    "\U000e0001\U000e0041tag \u2060\u00ad\u034f\u3164",
    "$" * 7 + "{" + "%" * 5 + "{" + "&" * 3 + "{",
    '=HYPERLINK("x") @SUM(1) | more',
    "x" * 10_000,
)


def hostile_texts() -> st.SearchStrategy[str]:
    every = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
    return st.one_of(st.sampled_from(HOSTILE), every).filter(bool)


def templates(variables: tuple[str, ...]) -> st.SearchStrategy[Template]:
    part = st.one_of(
        hostile_texts(),
        st.sampled_from([Variable(name) for name in variables]),
        st.sampled_from([ANY, Wildcard("?")]),
    )
    return st.lists(part, min_size=1, max_size=6).map(lambda parts: Template.of(*parts))


REAL_ACTIONS = ("s3:GetObject", "sqs:SendMessage", "dynamodb:PutItem", "iam:PassRole")
KEYS = ("aws:CalledVia", "iam:PassedToService", 'aws:ResourceTag/"odd" key', "aws:ResourceTag/${x}")


@st.composite
def refinements(draw: st.DrawFn, texts: st.SearchStrategy[str] | None = None) -> Refinement:
    words = texts or hostile_texts()
    names = ("account", "partition", "region", "stage", "class_name")
    count = draw(st.integers(1, 3))
    policies = tuple(
        _policy(draw, words, names, "policy" if index == 0 else f"policy.{draw(_ROLE)}{index}")
        for index in range(count)
    )
    return Refinement(
        policies=policies,
        findings=(),
        left_out=(),
        variables=tuple(zip(names, ("111122223333", "aws", "eu-west-1", "dev", "a"), strict=True)),
        containment=draw(st.none() | containments(words)),
    )


def containments(words: st.SearchStrategy[str]) -> st.SearchStrategy[Containment]:
    number = st.integers(0, 999)
    reach = st.builds(
        Reach,
        principal=words,
        action=words,
        resource=words,
        reads=st.booleans(),
        whose=st.just(tuple(Whose)),
        because=words,
    )
    carried = st.builds(Carried, resource=words, key=words, value=words)
    return st.builds(
        Containment,
        grants=number,
        calls=number,
        refused=number,
        by_condition=number,
        reaches=st.lists(reach, max_size=2).map(tuple),
        carried=st.lists(carried, max_size=2).map(tuple),
    )


_ROLE = st.text("abcXYZ019_+=,.@-", min_size=1, max_size=12)


def _policy(
    draw: st.DrawFn, words: st.SearchStrategy[str], names: tuple[str, ...], name: str
) -> PrincipalPolicy:
    number = draw(st.integers(1, 4))
    statements = tuple(_statement(draw, words, names, f"Sid{index}") for index in range(number))
    packs = ((0,), tuple(range(1, number))) if number > 1 else ((0,),)
    return PrincipalPolicy(name=name, principal=ROLE, statements=statements, packs=packs)


def _statement(
    draw: st.DrawFn, words: st.SearchStrategy[str], names: tuple[str, ...], sid: str
) -> ExplainedStatement:
    actions = draw(st.lists(st.sampled_from(REAL_ACTIONS), min_size=1, max_size=3, unique=True))
    resources = draw(st.lists(templates(names), min_size=1, max_size=3, unique=True))
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=2, unique=True))
    one = Statement(
        sid=sid,
        actions=tuple(sorted(map(Action.from_text, actions))),
        resources=tuple(sorted(resources, key=str)),
        conditions=tuple(
            Condition(operator="StringLike", key=key, values=(draw(templates(names)),))
            for key in sorted(keys)
        ),
    )
    ground = Ground(kind=GroundKind.OBSERVED, text=draw(words), events=1)
    return ExplainedStatement(
        statement=one,
        purpose=draw(words),
        grants=tuple(
            Grant(action=a, resource=one.resources[0], grounds=(ground,)) for a in one.actions
        ),
    )


def grants(documents: list[Mapping[str, Any]]) -> Grants:
    """What the documents allow, whatever the order and the number of the statements."""
    return frozenset(
        (
            str(statement["Sid"]),
            statement["Effect"],
            action,
            resource,
            frozenset(
                (operator, key, frozenset(many(values)))
                for operator, tests in statement.get("Condition", {}).items()
                for key, values in tests.items()
            ),
        )
        for document in documents
        for statement in many(document["Statement"])
        for action in many(statement["Action"])
        for resource in many(statement["Resource"])
    )


def many(one: Any) -> list[Any]:
    return one if isinstance(one, list) else [one]


_POLICY = re.compile(
    r"\$\{(?:replace\()?data\.aws_iam_policy_document\.(?P<label>\w+)\.json"
    r"(?:, \"(?P<word>\w+)\", \"(?P<sign>&)\"\))?\}"
)


def terraform_documents(source: str, values: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """The documents of the managed policies, as the provider would make them."""
    parsed = hcl2.loads(source)
    bodies = {
        label.strip('"'): body
        for block in parsed.get("data", [])
        for labelled in block.values()
        for label, body in labelled.items()
        if isinstance(body, dict)
    }
    read: list[Mapping[str, Any]] = []
    for block in parsed.get("resource", []):
        for body in block.get('"aws_iam_policy"', {}).values():
            found = _POLICY.fullmatch(body["policy"])
            assert found, body["policy"]
            statements = bodies[found["label"]].get("statement", [])
            text = json.dumps([_terraform(one, values) for one in statements])
            if found["word"]:
                text = text.replace(found["word"], found["sign"])
            read.append({"Statement": json.loads(text)})
    return read


def _terraform(block: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    def text(raw: str) -> str:
        return hcl_value(raw, values)

    def filled_in(raw: str) -> str:
        """The data source takes `&{` for the beginning of a policy variable."""
        return text(raw).replace("&{", "${")

    conditions: dict[str, dict[str, list[str]]] = {}
    for one in block.get("condition", []):
        tests = conditions.setdefault(text(one["test"]), {})
        tests[text(one["variable"])] = [filled_in(value) for value in one["values"]]
    actions, resources = (
        next(name for name in names if name in block)
        for names in (("actions", "not_actions"), ("resources", "not_resources"))
    )
    return {
        "Sid": text(block["sid"]),
        "Effect": text(block["effect"]),
        "NotAction" if actions == "not_actions" else "Action": [
            text(one) for one in block[actions]
        ],
        "NotResource" if resources == "not_resources" else "Resource": [
            filled_in(one) for one in block[resources]
        ],
        "Condition": conditions,
    }


_HCL = re.compile(
    r"\$\$\{|%%\{|\$\{var\.(?P<name>[a-z0-9_]+)\}|\\u(?P<four>[0-9a-f]{4})"
    r"|\\U(?P<eight>[0-9a-f]{8})|\\(?P<one>.)|(?P<open>[$%]\{)"
)
_ONE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def hcl_value(raw: str, values: Mapping[str, str]) -> str:
    """A quoted template of HCL as Terraform evaluates it; anything but a variable is an error."""

    def one(match: re.Match[str]) -> str:
        if match["open"]:
            raise AssertionError(f"a template that is no variable: {raw[:200]}")
        if match["name"]:
            return values[match["name"]]
        if match["four"] or match["eight"]:
            return chr(int(match["four"] or match["eight"], 16))
        return _ONE[match["one"]] if match["one"] else match.group()[1:]

    return _HCL.sub(one, raw.removeprefix('"').removesuffix('"'))


class _Loader(yaml.SafeLoader):
    """YAML without Python's objects, and with CloudFormation's short forms."""


def _short(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {tag: loader.construct_scalar(node)}
    assert isinstance(node, yaml.SequenceNode)
    return {tag: loader.construct_sequence(node, deep=True)}


_Loader.add_multi_constructor("!", _short)


def cloudformation_template(source: str) -> Any:
    return yaml.load(source, Loader=_Loader)  # noqa: S506  # a SafeLoader


def cloudformation_documents(source: str, values: Mapping[str, str]) -> list[Mapping[str, Any]]:
    template = cloudformation_template(source)
    return [
        filled(one["Properties"]["PolicyDocument"], values)
        for one in template["Resources"].values()
        if one["Type"] == "AWS::IAM::ManagedPolicy"
    ]


_SUB = re.compile(r"\$\{(!?)([^}]*)\}?")


def filled(node: Any, values: Mapping[str, str]) -> Any:
    """CloudFormation's Sub, Ref and Join over values; `${!x}` stays `${x}`."""
    match node:
        case {"Sub": text, **rest} if not rest:
            return _SUB.sub(
                lambda m: m.group().replace("${!", "${") if m[1] else values[m[2]], text
            )
        case {"Ref": name, **rest} if not rest:
            return values[name]
        case {"Fn::Join": [glue, parts], **rest} if not rest:
            return glue.join(filled(part, values) for part in parts)
        case dict():
            return {key: filled(value, values) for key, value in node.items()}
        case list():
            return [filled(one, values) for one in node]
        case _:
            return node

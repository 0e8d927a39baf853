"""A comparison in every form: hostile names break none, and each is what its readers take."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from foretell.comparison.comparison import Comparison, compared
from foretell.foretell import foretell
from foretell.knowledge.knowledge import Knowledge
from foretell.report import check_schema
from foretell.report.document import fields
from foretell.report.markdown import LONGEST, MARKER, markdown
from foretell.report.sarif import sarif
from foretell.report.text import text
from tests.unit.foretell.deployments import QUEUE, allowing, needs, opened, resource, template

SCHEMAS = Path(__file__).parents[2] / "fixtures" / "schemas"
HOSTILE = (
    "<script>alert(1)</script>",
    "a | b | c",
    "`code` **bold** [link](http://x) ![i](x) @team #1",
    "\x1b[31mred\u202e\u0000\u2028",
    "</details></table>\n\n# Title",
    "-->",
    "$(rm -rf /)",
    "\ud800",
)


def hostile() -> Comparison:
    resources: dict[str, Any] = {
        f"Q{n}{name}": resource(QUEUE, QueueName=f"q{name}") for n, name in enumerate(HOSTILE)
    }
    resources |= {f"T{n}": {"Type": f"AWS::{name}::X"} for n, name in enumerate(HOSTILE)}
    found = opened(template(**resources))
    topic = template(Gone=resource("AWS::SNS::Topic", TopicName="x"))
    return compared(
        foretell(found.stacks, Knowledge(), base=opened(topic).stacks),
        allowing(("sns:DeleteTopic", "*")),
        before=needs(topic),
        untold=HOSTILE,
    )


class Tags(HTMLParser):
    """The tags of a page, as a browser finds them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert not attrs
        self.found.add(tag)


def test_no_name_gets_out_of_its_cell_or_becomes_markup() -> None:
    whole = markdown(hostile(), "<b>title</b> | x")
    page = Tags()
    page.feed(whole)

    assert whole.startswith(MARKER)
    assert page.found <= {"code", "br", "sub", "b", "details", "summary"}
    assert whole.count("<details>") == whole.count("</details>")
    rows = [line for line in whole.splitlines() if line.startswith("| **")]
    assert rows
    assert {line.count("|") for line in rows} == {6}
    assert not re.search(r"\]\(|@team|javascript", whole)
    assert whole.encode()


def test_no_name_steers_a_terminal() -> None:
    lines = text(hostile()).replace("\n", "")

    assert lines.isprintable()


def test_the_log_is_valid_sarif_and_points_into_the_template() -> None:
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    log = json.loads(sarif(hostile(), "a b/template.yaml", "1.2.3"))

    jsonschema.Draft4Validator(schema).validate(log)
    rules = {one["id"] for one in log["runs"][0]["tool"]["driver"]["rules"]}
    assert {one["ruleId"] for one in log["runs"][0]["results"]} <= rules
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "template.yaml"
    assert place["region"]["startLine"] >= 1


def test_the_document_keeps_to_its_schema() -> None:
    whole = {"command": "check", "format": 1, "status": 1, **fields(hostile())}

    jsonschema.Draft202012Validator(check_schema()).validate(whole)
    jsonschema.Draft202012Validator(check_schema()).validate(json.loads(json.dumps(whole)))


def test_a_document_that_has_more_than_its_schema_is_refused() -> None:
    whole = {"command": "check", "format": 1, "status": 1, **fields(hostile()), "more": 1}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(check_schema()).validate(whole)


def test_a_comment_that_is_too_long_ends_early_and_whole() -> None:
    many = template(**{f"Q{n}": resource(QUEUE, QueueName=f"q{n}") for n in range(400)})
    found = compared(foretell(opened(many).stacks, Knowledge()), allowing(("sns:*", "*")))

    whole = markdown(found)

    assert len(whole) < LONGEST + 200
    assert whole.count("<details>") == whole.count("</details>")
    assert "too long for a comment" in whole


def test_each_line_says_how_sure_it_is_who_asks_and_from_where_that_is_known() -> None:
    found = compared(
        foretell(opened(template(Mail=resource(QUEUE, QueueName="m"))).stacks, Knowledge()),
        allowing(("sns:*", "*")),
    )

    assert "documented sqs:CreateQueue on arn:aws:sqs:eu-west-1:123456789012:m" in text(found)
    assert "Mail (AWS::SQS::Queue, line 1): to make AWS::SQS::Queue" in text(found)
    assert "the registry's create handler of AWS::SQS::Queue" in text(found)

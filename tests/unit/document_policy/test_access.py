import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.document_policy.analysis.access import Access, Covering
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import ANY, Part, Template, Variable, Wildcard
from lambdas.model.iam.template_coverage import covers


def _joined(parts: list[Part]) -> Template:
    return Template.of(*parts)


LITERALS = st.text("ab*?${}", min_size=1, max_size=3)
PARTS: st.SearchStrategy[Part] = st.one_of(
    LITERALS, st.sampled_from([ANY, Wildcard("?"), Variable("x"), Variable("y")])
)
TEMPLATES = st.lists(PARTS, min_size=1, max_size=5).map(_joined)
VALUES = st.text("ab", max_size=3)


def an_access(action: str, resource: str, *conditions: str, owner: str = "policy") -> Access:
    return Access(
        owner=owner,
        action=Action.from_text(action),
        resource=Template.from_text(resource),
        conditions=tuple(
            Condition(operator="StringEquals", key=key, values=(Template.of("v"),))
            for key in conditions
        ),
    )


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("arn:aws:s3:::a", "arn:aws:s3:::a"),
        ("arn:aws:s3:::a-*", "arn:aws:s3:::a-b"),
        ("arn:aws:s3:::a-*", "arn:aws:s3:::a-${stage}-*"),
        ("*", "${anything}*?"),
        ("a?c", "abc"),
        ("a*c*e", "abcde"),
        ("a*", "a?"),
    ],
)
def test_a_wider_resource_covers_a_narrower_one(wide: str, narrow: str) -> None:
    assert covers(Template.from_text(wide), Template.from_text(narrow))


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("arn:aws:s3:::a", "arn:aws:s3:::a-*"),
        ("a?c", "a*c"),
        ("a?c", "a${x}c"),
        ("${x}", "${y}"),
        ("a-${*}", "a-*"),
        ("*r}b", "a${var}b"),
        ("dev-*", "${stage}-*"),
    ],
)
def test_nothing_is_covered_that_could_reach_further(wide: str, narrow: str) -> None:
    assert not covers(Template.from_text(wide), Template.from_text(narrow))


def _matches(template: Template, values: dict[str, str], text: str) -> bool:
    pattern = "".join(
        re.escape(values[part.name])
        if isinstance(part, Variable)
        else (".*" if part == ANY else ".")
        if isinstance(part, Wildcard)
        else re.escape(part)
        for part in template.parts
    )
    return re.fullmatch(pattern, text, re.DOTALL) is not None


@given(TEMPLATES, TEMPLATES, VALUES, VALUES, st.text("ab*?${}x", max_size=8))
def test_what_the_narrow_matches_the_wide_matches_too(
    wide: Template, narrow: Template, x: str, y: str, text: str
) -> None:
    values = {"x": x, "y": y}
    if covers(wide, narrow) and _matches(narrow, values, text):
        assert _matches(wide, values, text)


@given(TEMPLATES)
def test_a_star_covers_everything_and_everything_covers_itself(template: Template) -> None:
    assert covers(Template.of(ANY), template)
    assert covers(template, template)


def test_fewer_conditions_cover_more() -> None:
    free = an_access("s3:GetObject", "*")
    bound = an_access("s3:GetObject", "*", "aws:CalledVia")

    assert free.covers(bound)
    assert not bound.covers(free)


def test_a_service_wide_action_covers_each_of_its_actions() -> None:
    assert an_access("s3:*", "*").covers(an_access("s3:GetObject", "*"))
    assert Covering([an_access("s3:*", "*")]).covers(an_access("s3:GetObject", "a"))
    assert not Covering([an_access("s3:*", "*")]).covers(an_access("sqs:SendMessage", "a"))


def test_another_principals_access_covers_nothing() -> None:
    theirs = an_access("s3:GetObject", "*", owner="policy.deployer")

    assert not Covering([theirs]).covers(an_access("s3:GetObject", "*"))

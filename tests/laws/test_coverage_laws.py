"""Coverage and overlap, held against enumeration over small alphabets."""

import re
from functools import cache
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.iam.template import ANY, Template, Variable, Wildcard
from lambdas.model.iam.template_coverage import CoverageIndex, covers, filled, matches, overlaps

ONE = Wildcard("?")
LETTERS = "ab"
VALUES = ("a", "b", "ab", "ba", "bb")
NAMES = ("a", "ab", "stage")  # names that are texts of the alphabet as well
PARTS = st.one_of(
    st.sampled_from([*LETTERS, "ab"]),
    st.sampled_from([ANY, ONE]),
    st.sampled_from(
        [
            cut
            for name in NAMES
            for cut in (Variable(name), Variable(name, 2), Variable(name, 2, "-"))
        ]
    ),
)
TEMPLATES = st.lists(PARTS, max_size=4).map(lambda parts: Template.of(*parts))
CLOSED = st.lists(
    st.one_of(st.sampled_from([*LETTERS]), st.sampled_from([ANY, ONE])), max_size=4
).map(lambda parts: Template.of(*parts))
LONGEST = 8  # two patterns of four symbols that meet do so in a text of eight at most


@cache
def texts() -> tuple[str, ...]:
    return tuple(
        "".join(one) for size in range(LONGEST + 1) for one in product(LETTERS, repeat=size)
    )


@cache
def language(template: Template) -> frozenset[str]:
    """The texts of the alphabet that a template without variables matches."""
    pattern = "".join(
        re.escape(part) if isinstance(part, str) else ".*" if part == ANY else "."
        for part in template.parts
    )
    return frozenset(text for text in texts() if re.fullmatch(pattern, text))


def assignments(*templates: Template) -> list[dict[str, str]]:
    names = sorted({name for one in templates for name in one.variables})
    return [dict(zip(names, row, strict=True)) for row in product(VALUES, repeat=len(names))]


@given(TEMPLATES, TEMPLATES)
def test_what_is_said_to_cover_covers_for_every_value(wide: Template, narrow: Template) -> None:
    if covers(wide, narrow):
        for values in assignments(wide, narrow):
            assert language(filled(narrow, values)) <= language(filled(wide, values)), values


@given(CLOSED, st.text(LETTERS, max_size=4).map(Template.of))
def test_a_text_is_covered_by_exactly_the_patterns_that_match_it(
    pattern: Template, text: Template
) -> None:
    assert covers(pattern, text) is (text.text in language(pattern))
    assert matches(pattern.render({}), text.text) is covers(pattern, text)


@given(CLOSED, CLOSED)
def test_patterns_overlap_exactly_when_they_share_a_text(one: Template, other: Template) -> None:
    assert overlaps(one, other) is bool(language(one) & language(other))
    assert overlaps(other, one) is overlaps(one, other)


@given(TEMPLATES, TEMPLATES)
def test_templates_that_share_a_text_for_some_values_overlap(
    one: Template, other: Template
) -> None:
    share = any(
        language(filled(one, values)) & language(filled(other, values))
        for values in assignments(one, other)
    )
    if share:
        assert overlaps(one, other)


@given(TEMPLATES, st.sampled_from(NAMES))
def test_a_variables_name_is_no_text(wide: Template, name: str) -> None:
    # The name of a variable may be replaced without any answer changing.
    other = Template.of(*(Variable("zz") if one == Variable(name) else one for one in wide.parts))
    narrow, changed = Template.of("a-", Variable(name)), Template.of("a-", Variable("zz"))

    assert covers(wide, narrow) is covers(other, changed)


def test_the_two_faults_that_were_found() -> None:
    reads_names, crossing = "*sta*", ("table/*-prod", "table/orders-*")

    assert not covers(Template.from_text(reads_names), Template.from_text("orders-${stage}"))
    assert overlaps(*map(Template.from_text, crossing))


@given(st.lists(TEMPLATES, max_size=6), TEMPLATES)
def test_the_index_finds_what_covers_and_nothing_else(
    many: list[Template], narrow: Template
) -> None:
    index: CoverageIndex[Template] = CoverageIndex()
    for one in dict.fromkeys(many):
        index.add(one, one)

    assert sorted(map(str, index.of(narrow))) == sorted(
        str(one) for one in dict.fromkeys(many) if covers(one, narrow)
    )

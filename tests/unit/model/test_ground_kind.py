import re
from pathlib import Path

import pytest

from lambdas.model.trail.ground_kind import DERIVATIONS, Check, GroundKind

PAGE = Path(__file__).parents[3] / "docs" / "refinement.md"


@pytest.mark.parametrize("kind", GroundKind)
def test_the_docs_have_a_row_for_every_kind_of_ground(kind: GroundKind) -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \|", text, re.MULTILINE)

    assert sum(f"`{kind}`" in row for row in rows) == 1


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_a_derivation_says_why_and_where_aws_says_so(kind: GroundKind) -> None:
    assert kind.page.startswith("https://docs.aws.amazon.com/")
    assert not kind.because.endswith(".")


def test_what_is_no_derivation_needs_no_reason() -> None:
    others = set(GroundKind) - set(DERIVATIONS)

    assert others == {"observed", "denied-in-proof", "hint", "headroom", "split"}
    assert not any(one.page for one in others)


def test_a_ground_that_nobody_sees_is_checked_apart() -> None:
    assert {one.check for one in (GroundKind.HINT, GroundKind.PASS_ROLE)} == {Check.APART}
    assert GroundKind.OBSERVED.check is Check.SAME_REQUEST


def test_a_derivation_has_a_reader() -> None:
    files = (PAGE.parents[1] / "lambdas").rglob("*.py")
    code = "".join(one.read_text("utf-8") for one in files if one.name != "ground_kind.py")

    assert [one for one in DERIVATIONS if not re.search(rf"GroundKind\.{one.name}\b", code)] == []

"""Rows of processes: builders that show only what matters."""

from typing import Any

from hypothesis import strategies as st

from lambdas.model.archive.fleet import LOST, NOT_STARTED, STOPPED, SUCCEEDED, End
from lambdas.model.definition.process_parameter import Place
from lambdas.model.dossier.answer import Answer
from lambdas.model.execution.platform import Platform
from lambdas.overview.process_row import Row

PLACE = Place(name="north", account="111122223333", region="eu-west-1")
RUN = "20261129T120000Z-1a2b3c4d"


def a_row(process: str = "orders", **more: Any) -> Row:
    """Proved an hour ago; nothing is needed."""
    given = {
        "owner": "team-orders@example.com",
        "place": PLACE,
        "run": RUN,
        "verdict": "proved",
        "platform": Platform.AWS,
        "proved": RUN,
        "proved_days": 0.04,
        "new": 0,
        "grounds": {"observed": 40, "pass-role": 2},
        "wildcards": 3,
        "no_way_up": Answer.SHOWN,
        "ways_up": 0,
        "contained": Answer.SHOWN,
        "reaches": 0,
        "characters": 4_812,
    }
    return Row(process=process, **{**given, **more})


def never_run(process: str = "new") -> Row:
    return Row(process=process, owner="team-orders@example.com", place=PLACE)


def an_end(process: str, status: str = SUCCEEDED, error: str = "", cause: str = "") -> End:
    return End(process=process, status=status, error=error, cause=cause)


statuses = st.sampled_from(
    [SUCCEEDED, "FAILED", "TIMED_OUT", "ABORTED", STOPPED, NOT_STARTED, LOST]
)
names = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True)
answers = st.none() | st.sampled_from(Answer)
numbers = st.none() | st.integers(0, 99)
rows = st.lists(
    st.builds(
        lambda name, **more: a_row(name, **{**more, "new": more["new"], "end": more["end"](name)}),
        names,
        verdict=st.sampled_from(
            ["proved", "proved after 2 repairs", "not proved", "not attempted"]
        ),
        end=st.none().map(lambda _: lambda _name: None)
        | statuses.map(lambda status: lambda name: an_end(name, status, "CycleFailed")),
        proved_days=st.none() | st.floats(0, 400),
        new=numbers,
        unapproved=st.booleans(),
        no_way_up=answers,
        ways_up=numbers,
        contained=answers,
        reaches=numbers,
    ),
    unique_by=lambda one: one.process,
    max_size=12,
)

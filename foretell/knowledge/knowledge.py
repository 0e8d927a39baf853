"""What runs showed of resource types and of tools, as it is kept in a file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from foretell.errors import UnreadableKnowledgeError

FORMAT = 1
SHIPPED = Path(__file__).with_name("runs.json")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Row:
    """What one resource was seen to need, or several that are alike.

    Attributes:
        subject: a CloudFormation type, or a tool such as `serverless`.
        operation: what was done with the resource, of a tool the phase.
        properties: those that were set, of an update those that changed.
        calls: `sqs:CreateQueue`, by CloudTrail's event source and event name.
        sources: the runs, by the names of their processes.
    """

    subject: str
    operation: str
    properties: tuple[str, ...]
    calls: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Rows, and where each of their sources took place."""

    rows: tuple[Row, ...] = ()
    shown_on: Mapping[str, str] = field(default_factory=dict)

    def of(self, subject: str, operation: str) -> tuple[Row, ...]:
        """The rows of a type or a tool."""
        return tuple(
            one for one in self.rows if (one.subject, one.operation) == (subject, operation)
        )

    def indexed(self) -> dict[tuple[str, str], tuple[Row, ...]]:
        """All rows by subject and operation."""
        found: dict[tuple[str, str], list[Row]] = {}
        for one in self.rows:
            found.setdefault((one.subject, one.operation), []).append(one)
        return {key: tuple(rows) for key, rows in found.items()}

    def without(self, source: str) -> Self:
        """What is known without one process's runs."""
        kept = [
            Row(
                subject=one.subject,
                operation=one.operation,
                properties=one.properties,
                calls=one.calls,
                sources=tuple(other for other in one.sources if other != source),
            )
            for one in self.rows
        ]
        return type(self)(tuple(one for one in kept if one.sources), self.shown_on)

    def joined(self, other: "Knowledge") -> "Knowledge":
        """Both, rows that say the same once."""
        return joined([*self.rows, *other.rows], {**self.shown_on, **other.shown_on})

    def runs_named(self, sources: Iterable[str]) -> str:
        """`orders and bus, on an embedded AWS`, for a line's source."""
        names = sorted(set(sources))
        places = sorted({self.shown_on.get(one, "") for one in names} - {""})
        some = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
        return f"{some} ({', '.join(places)})" if places else some

    def to_text(self) -> str:
        """The file's text: the same rows give the same bytes."""
        content = {
            "format": FORMAT,
            "shownOn": dict(sorted(self.shown_on.items())),
            "rows": [
                [one.subject, one.operation, *map(list, (one.properties, one.calls, one.sources))]
                for one in sorted(self.rows)
            ],
        }
        rows = ",\n".join(json.dumps(one, separators=(",", ":")) for one in content["rows"])  # type: ignore[attr-defined]
        head = json.dumps({key: content[key] for key in ("format", "shownOn")}, indent=1)
        return f'{head.removesuffix("}").rstrip()},\n "rows": [\n{rows}\n]}}\n'

    @classmethod
    def from_text(cls, text: str, path: str) -> Self:
        """Read what `to_text` wrote.

        Raises:
            UnreadableKnowledgeError: it is something else.
        """
        try:
            raw: Any = json.loads(text)
            if raw["format"] != FORMAT:
                raise UnreadableKnowledgeError(
                    f"{path} has format {raw['format']}; write it again with fencepost learn"
                )
            rows = tuple(
                Row(
                    subject=str(subject),
                    operation=str(operation),
                    properties=tuple(properties),
                    calls=tuple(calls),
                    sources=tuple(sources),
                )
                for subject, operation, properties, calls, sources in raw["rows"]
            )
            return cls(rows, {str(key): str(one) for key, one in raw["shownOn"].items()})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableKnowledgeError(
                f"{path} is no file of knowledge ({type(error).__name__}); "
                "write one with fencepost learn"
            ) from None


def joined(rows: Iterable[Row], shown_on: Mapping[str, str]) -> Knowledge:
    """Rows that say the same become one, with all their sources."""
    alike: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], set[str]] = {}
    for one in rows:
        key = (one.subject, one.operation, one.properties, one.calls)
        alike.setdefault(key, set()).update(one.sources)
    return Knowledge(
        tuple(
            sorted(
                Row(
                    subject=subject,
                    operation=operation,
                    properties=properties,
                    calls=calls,
                    sources=tuple(sorted(sources)),
                )
                for (subject, operation, properties, calls), sources in alike.items()
            )
        ),
        shown_on,
    )


@lru_cache(maxsize=1)
def shipped() -> Knowledge:
    """What the runs of this repository's own processes showed."""
    if not SHIPPED.is_file():
        return Knowledge()
    return Knowledge.from_text(SHIPPED.read_text(encoding="utf-8"), str(SHIPPED))

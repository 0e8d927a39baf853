"""fleet.csv: the rows for a spreadsheet, which takes no cell for a formula."""

import csv
import io
from collections.abc import Sequence

from lambdas.model.text import visible
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.overview.attention import Reasons
from lambdas.overview.process_row import Row

# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = ("=", "+", "-", "@")
FLAT = {"end", "grounds"}


def table_file(judged: Sequence[tuple[Row, Reasons]]) -> str:
    """All rows in their order; what is not known is empty."""
    lines = [_line(row, reasons) for row, reasons in judged]
    names = list(lines[0]) if lines else ["process"]
    written = io.StringIO()
    writer = csv.DictWriter(written, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return written.getvalue()


def _line(row: Row, reasons: Reasons) -> dict[str, str]:
    plain = {name: value for name, value in row.to_json().items() if name not in FLAT}
    cells = {
        **plain,
        "end": row.end.status if row.end else None,
        "error": row.end.error if row.end else None,
        "grants": sum(row.grounds.values()) if row.grounds is not None else None,
        "observed": row.grounds.get(GroundKind.OBSERVED, 0) if row.grounds is not None else None,
        "needs": "; ".join(reasons.words),
    }
    return {name: _cell(value) for name, value in cells.items()}


def _cell(value: object) -> str:
    if value is None:
        return ""
    shown = visible(str(value))
    return f"'{shown}" if isinstance(value, str) and shown.startswith(FORMULA) else shown

"""Run by the audit's own Python: a question in SQL over what was staged, answers as JSON lines.

`python -I duck.py FOLDER VIEWS QUERY`: imports DuckDB and nothing of ours.
"""

import json
import sys
from pathlib import Path

import duckdb

LARGEST = 256 << 20  # bytes of one run's grants
BATCH = 1_000  # rows


def main(folder: str, views: str, query: str) -> None:
    """Print the columns, then each row."""
    connection = duckdb.connect(":memory:")
    place = Path(folder).resolve()
    # Nothing but the staged files is read, and nothing is fetched or installed.
    for setting in (
        "SET autoinstall_known_extensions = false",
        f"SET allowed_directories = ['{str(place).replace(chr(39), chr(39) * 2)}']",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(setting)
    files = sorted(str(one) for one in place.glob("*.json"))
    connection.execute("SET VARIABLE folder = ?", [str(place)])
    connection.execute("SET VARIABLE files = ?", [files])
    connection.execute("SET VARIABLE largest = ?", [LARGEST])
    connection.execute(Path(views).read_text(encoding="utf-8"))
    answer = connection.execute(Path(query).read_text(encoding="utf-8"))
    names = [column[0] for column in answer.description or ()]
    print(json.dumps(names))
    while rows := answer.fetchmany(BATCH):
        for row in rows:
            print(json.dumps(row, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])

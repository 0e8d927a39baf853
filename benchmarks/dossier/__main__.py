"""How long all documents of a large run take, beside reading its evidence alone.

`python -m benchmarks.dossier [LINES]`: 60,000 lines and 2,000 grants by default, one core.
"""

import json
import sys
import time
from itertools import cycle, islice

from lambdas.document_policy.dossier import written
from tests.unit.document_policy.explained import statement
from tests.unit.document_policy.samples import a_refinement, evidence_lines, run_facts

LINES = 60_000
TEAMS, QUEUES = 50, 20  # with two actions each: 2,000 grants


def main() -> int:
    """Print the seconds of both, their ratio, and the size of the report."""
    lines_wanted = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    resources = [f"arn:aws:sqs:${{region}}:${{account}}:queue-{q}-*" for q in range(QUEUES)]
    refinement = a_refinement(
        *(
            statement(f"T{team}", "Send.", ["sqs:SendMessage", "sqs:TagQueue"], resources)
            for team in range(TEAMS)
        )
    )
    lines = list(islice(cycle(list(evidence_lines(refinement))), lines_wanted))
    began = time.process_time()
    for line in lines:
        json.loads(line)
    read = time.process_time() - began
    began = time.process_time()
    files = written(run_facts(refinement, lines=lines), lambda _: {})
    made = time.process_time() - began
    print(f"reading {len(lines):,} lines as JSON   {read:6.2f} s of one core")
    print(f"all documents                  {made:6.2f} s of one core, {made / read:.1f} times that")
    print(f"report.html                    {len(files['report.html']) / 1e6:6.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

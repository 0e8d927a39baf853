"""How long each function takes to start: fresh processes, compiled, in the layout of its package.

`python -m benchmarks.coldstart [TIMES]`: 9 processes per handler by default, the median of each.
`import` is what Lambda calls initialisation: the handler's module and all that it imports.
`clients` is the first call's share: the clients that the step makes, before any network.
On Lambda botocore lies compiled beside the runtime, as it does here beside Python.
The limit is for the core's time: importing runs on one core and waits for nothing, and the clock on
the wall also counts whatever else the machine does meanwhile.
"""

import compileall
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from stacks.workflow.packaging import package_lambdas

LIMIT = 400  # ms
CLIENTS = {
    "await_trail": ("s3",),
    "check_policy": ("s3", "accessanalyzer", "iam"),
    "collect_evidence": ("s3",),
    "document_failure": ("s3", "cloudformation"),
    "document_fleet": ("s3", "ssm"),
    "document_policy": ("s3", "ssm"),
    "load_definition": (),
    "plan_fleet": ("s3", "ssm"),
    "prove_policy": ("s3", "iam"),
    "read_policies": ("s3", "iam"),
    "read_stacks": ("s3", "cloudformation"),
    "refine_policy": ("s3",),
    "watch_policies": ("s3", "ssm", "sns"),
}
START = """
import sys, time
began = time.perf_counter(), time.process_time()
import importlib
importlib.import_module(f"lambdas.{sys.argv[1]}.handler")
imported = time.perf_counter(), time.process_time()
from lambdas.gateways import clients
for service in sys.argv[2:]:
    clients.client(service)
ready = time.perf_counter(), time.process_time()
import json
print(json.dumps([1000 * (b - a) for a, b in [*zip(began, imported), *zip(imported, ready)]]))
"""
ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
}


def main() -> int:
    """Print a line per handler; the status says whether each import is below the limit."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        task = Path(folder) / "task"
        shutil.copytree(package_lambdas().folder, task)
        bare = _size(task)
        compileall.compile_dir(task, quiet=2)
        print(
            f"package: {bare / 1e6:.1f} MB unzipped; Python {sys.version.split()[0]}, {times} each"
        )
        print(f"{'':18}{'import':>18}{'clients':>18}{'both':>8}   ms wall (ms of one core)")
        slow = [name for name in sorted(_handlers(task)) if _measured(task, name, times) > LIMIT]
    print(f"over {LIMIT} ms of a core: {', '.join(slow) or 'none'}")
    print(f"load while measuring: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 1 if slow else 0


def _handlers(task: Path) -> list[str]:
    return [path.parent.name for path in (task / "lambdas").glob("*/handler.py")]


def _measured(task: Path, name: str, times: int) -> float:
    """Print the medians of one handler; the core's time of the import is the answer."""
    runs = [_start(task, name) for _ in range(times)]
    wall, core, later, later_core = (_median([run[at] for run in runs]) for at in range(4))
    print(f"{name:18}{wall:8.0f} ({core:6.0f}){later:9.0f} ({later_core:6.0f}){wall + later:8.0f}")
    return core


def _start(task: Path, name: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", START, name, *CLIENTS[name]],
        cwd=task,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[float] = json.loads(done.stdout)
    return found


def _median(values: list[float]) -> float:
    return statistics.median(values)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())

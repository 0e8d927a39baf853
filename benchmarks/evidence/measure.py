"""What a command costs: time on the wall and of processors, and its processes' memory together."""

import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PAGE = 4_096
EVERY = 0.05  # seconds between two looks at the memory
COMPILES_ANEW = "PYTHONDONTWRITEBYTECODE"  # every start would compile every module once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One run of a command.

    Attributes:
        seconds: from its start to its end, interpreter and imports included.
        processors: seconds that all its processes were at work.
        memory: the largest sum of its processes' resident memory, in MB.
    """

    seconds: float
    processors: float
    memory: float
    output: bytes


def measured(command: list[str], given: bytes = b"") -> Cost:
    """Run a command.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as source:
        source.write(given)
        source.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=source,
            stdout=output,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name != COMPILES_ANEW},
        )
        peaks: list[int] = []
        ended = threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, ended, peaks), daemon=True)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        ended.set()
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        output.seek(0)
        peak = max(peaks, default=0) * PAGE / 1e6
        processors = usage.ru_utime + usage.ru_stime
        return Cost(seconds=seconds, processors=processors, memory=peak, output=output.read())


def _watch(process: int, ended: threading.Event, peaks: list[int]) -> None:
    while not ended.wait(EVERY):
        peaks.append(sum(_resident(pid) for pid in _group(process)))


def _group(process: int) -> list[int]:
    """A process and its descendants, as Linux tells; elsewhere none, and no memory is measured.

    Only they are looked at: to search all processes would take time from those that are measured.
    """
    found = [process]
    for parent in found:
        try:
            told = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except OSError:
            continue
        found += map(int, told.split())
    return found


def _resident(pid: int) -> int:
    """Pages that are the process's own: what it shares with its parent counts once."""
    try:
        size, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
    except (OSError, ValueError):
        return 0
    return int(resident) if int(size) else int(shared)

"""Runs a build's commands one after the other, as CodeBuild's agent does.

Each command is a script of its own. It begins with the exported variables and the directory of
the one before, so `export` and `cd` persist while `exit` ends no more than its own command.
"""

import os
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

GRACE_SECONDS = 2.0  # between asking a process group to end and ending it
DRAIN_SECONDS = 0.3  # for output that a background process still holds open

_groups: set[int] = set()  # process groups of all builds that run
_guard = threading.Lock()


class BuildShell:
    """The shell of one build."""

    def __init__(
        self, *, shell: str, source: Path, scratch: Path, environment: Mapping[str, str]
    ) -> None:
        self._shell = shell
        self._scratch = scratch
        self._environment = dict(environment)
        self._own: set[int] = set()
        self._killed = False
        self._variables = scratch / "env.sh"
        self._directory = scratch / "dir.txt"
        self._variables.write_text("")
        self._directory.write_text(str(source))

    def run(self, command: str, emit: Callable[[str], None]) -> int:
        """Run one command, hand on each line of its output, and return its exit status."""
        script = self._scratch / "script.sh"
        script.write_text(self._script(command))
        with _guard:
            if self._killed:
                return -signal.SIGTERM
            process = subprocess.Popen(
                [self._shell, str(script)],
                env=self._environment,
                cwd=self._scratch,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._own.add(process.pid)
            _groups.add(process.pid)
        reader = threading.Thread(target=_read, args=(process, emit), daemon=True)
        reader.start()
        status = process.wait()
        # What runs on in the background may hold the pipe; the build does not wait for it.
        if _alive(process.pid):
            reader.join(DRAIN_SECONDS)
        else:
            reader.join()
            self._forget(process.pid)
        return status

    def export(self, name: str, value: str) -> None:
        """Set a variable for the commands that follow."""
        with self._variables.open("a") as file:
            file.write(f"export {name}={shlex.quote(value)}\n")

    def value_of(self, name: str) -> str:
        """An exported variable's value after the last command."""
        ask = f". {shlex.quote(str(self._variables))}; printenv {shlex.quote(name)}"
        answer = subprocess.run(
            [self._shell, "-c", ask],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return answer.stdout.removesuffix("\n")

    def kill(self) -> None:
        """End all that the build started; nothing more will run."""
        with _guard:
            self._killed = True
            own = set(self._own)
        end_groups(own)

    def _forget(self, group: int) -> None:
        with _guard:  # its number may be given to a stranger
            self._own.discard(group)
            _groups.discard(group)

    def _script(self, command: str) -> str:
        variables = shlex.quote(str(self._variables))
        directory = shlex.quote(str(self._directory))
        return (
            f'. {variables}\ncd "$(cat {directory})"\n{command}\n'
            "CODEBUILD_LAST_EXIT=$?\n"
            f"export -p > {variables}\npwd > {directory}\nexit $CODEBUILD_LAST_EXIT\n"
        )


def end_groups(groups: set[int]) -> None:
    """Ask process groups to end, with the jobs of their shells, and end those that do not."""
    alive = {group for group in _with_jobs(groups) if _signal(group, signal.SIGTERM)}
    if alive:
        waiting = threading.Event()
        for _ in range(int(GRACE_SECONDS / 0.05)):
            alive = {group for group in alive if _alive(group)}
            if not alive:
                break
            waiting.wait(0.05)
        for group in alive:
            _signal(group, signal.SIGKILL)
    with _guard:
        _groups.difference_update(groups)


def _with_jobs(groups: set[int]) -> set[int]:
    """A shell with job control gives each of its jobs a group of its own."""
    ps = shutil.which("ps")
    if not groups or ps is None:
        return groups
    command = [ps, "-axo", "pid=,ppid=,pgid="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    processes = [tuple(map(int, line.split())) for line in listed.splitlines()]
    family, found = set(groups), set(groups)
    while True:
        more = {pid for pid, parent, group in processes if parent in family or group in found}
        found |= {group for pid, _, group in processes if pid in more}
        if more <= family:
            return found
        family |= more


def end_all() -> None:
    """End every build's processes: the host stops."""
    with _guard:
        groups = set(_groups)
    end_groups(groups)


def _read(process: subprocess.Popen[bytes], emit: Callable[[str], None]) -> None:
    if process.stdout is None:
        return
    with process.stdout as output:
        for line in output:
            emit(line.decode("utf-8", "replace").rstrip("\r\n"))


def _alive(group: int) -> bool:
    return _signal(group, 0)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True

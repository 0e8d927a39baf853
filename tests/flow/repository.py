"""A Git repository of a team."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

WHO = {
    f"GIT_{role}_{what}": "a@b.example"
    for role in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with the branch main."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> Self:
        """An empty one."""
        path.mkdir(parents=True)
        made = cls(path)
        made.git("init", "--quiet", "--initial-branch=main")
        return made

    def git(self, *words: str) -> str:
        """What git says."""
        return subprocess.run(
            ["git", "-C", str(self.path), *words],
            env={**os.environ, **WHO, "GIT_CONFIG_GLOBAL": os.devnull},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def commit(self, words: str) -> str:
        """Commit all that is there; the commit's id."""
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", words)
        return self.git("rev-parse", "HEAD")

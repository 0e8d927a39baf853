"""The AWS CLI without its start: a process that has it loaded forks for every call.

Hundreds of cycles make thousands of CLI calls, and most of such a call is the import of the CLI.
The call itself is the CLI's own, in the caller's folder and environment, on the caller's files.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

Driver = Any  # the CLI has no types

CLIENT = """#!{python} -ISE
import array, json, os, socket, sys
about = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
asked = socket.socket(socket.AF_UNIX)
asked.connect({place!r})
files = array.array("i", [0, 1, 2])
asked.sendmsg([b"!"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
asked.sendall(about)
asked.shutdown(socket.SHUT_WR)
os._exit(int(asked.recv(8) or b"255"))
"""
FAILED = 255
LOADER = "data_loader"
NOWHERE = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_MAX_ATTEMPTS": "1",
}
HURRY = {"AWS_MAX_ATTEMPTS": "2"}  # what always fails is tried again once, not four times
REHEARSED = (
    "sts get-caller-identity",
    "sts assume-role --role-arn none-of-them-exists --role-session-name none",
    "ssm put-parameter --name none --value none --type String",
    "ssm delete-parameters --names none",
    "iam delete-role --role-name none",
)


class WarmCli:
    """A folder with an `aws` in it, to be put first on a path; stop it when it is done with."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        place = str(folder / "socket")
        client = folder / "aws"
        client.write_text(CLIENT.format(python=sys.executable, place=place))
        client.chmod(0o755)
        self.folder = folder
        self._server = subprocess.Popen(
            [sys.executable, "-m", __name__, place],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what the rehearsals say
        )
        if self._server.stdout:
            self._server.stdout.readline()  # it listens

    def stop(self) -> None:
        """End the process that has the CLI loaded."""
        self._server.terminate()
        self._server.wait()
        if self._server.stdout:
            self._server.stdout.close()


def serve(place: str) -> None:
    """Fork for every call."""
    driver = _driver()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    listener.listen()
    print("listening", flush=True)
    while True:
        asked, _ = listener.accept()
        if os.fork() == 0:
            _answer(asked, driver)
        asked.close()


def _driver() -> Driver:
    """The CLI, with the models of its commands in its loader's cache."""
    from awscli import clidriver  # noqa: PLC0415  # the client must not wait for it

    used = clidriver.create_clidriver()
    os.environ.update(NOWHERE)
    for command in REHEARSED:
        with contextlib.suppress(SystemExit):
            used.main(command.split())
    for name in NOWHERE:
        del os.environ[name]
    driver = clidriver.create_clidriver()
    driver.session.register_component(LOADER, used.session.get_component(LOADER))
    return driver


def _answer(asked: socket.socket, driver: Driver) -> None:
    code = FAILED
    try:
        code = _run(asked, driver)
    except Exception:  # noqa: BLE001 (the caller reads it on its own standard error)
        traceback.print_exc()
    finally:
        asked.sendall(str(code).encode())
        os._exit(code)


def _run(asked: socket.socket, driver: Driver) -> int:
    _, files, _, _ = socket.recv_fds(asked, 1, 3)
    text = b"".join(iter(lambda: asked.recv(65536), b""))
    arguments, folder, environment = json.loads(text)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.chdir(folder)
    own = {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}  # which the CLI sets on import
    os.environ.clear()
    os.environ.update({**own, **HURRY, **environment})
    sys.argv = ["aws", *arguments]
    driver.session._config = None  # noqa: SLF001  # the CLI reads its settings when it is made
    driver.session._profile_map = None  # noqa: SLF001
    try:
        code = driver.main(arguments)
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code or 0)


if __name__ == "__main__":
    serve(sys.argv[1])

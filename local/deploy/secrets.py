"""Secrets of processes on a laptop: from the environment, or from a file that Git ignores.

The embedded AWS has no secrets of an account; what a build asks it for is put there first.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from botocore.exceptions import ClientError

from local.connection import Connection
from stacks.processes.folders import ProcessFolder

FILE = Path(__file__).resolve().parents[2] / ".secrets.env"  # .gitignore names it
PREFIX = "FENCEPOST_SECRET_"


def known(environment: Mapping[str, str], file: Path = FILE) -> dict[str, str]:
    """Values by name: lines `NAME=value` of the file, and before them FENCEPOST_SECRET_<NAME>."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    found = {name.strip().removeprefix("export "): _bare(value) for name, _, value in pairs}
    named = {
        name.removeprefix(PREFIX): value
        for name, value in environment.items()
        if name.startswith(PREFIX)
    }
    return {**found, **named}


def _bare(value: str) -> str:
    """Without the quotes that a shell would take away."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def missing(folders: Iterable[ProcessFolder], values: Mapping[str, str]) -> tuple[str, ...]:
    """What a person must give before these processes can run, a sentence each."""
    return tuple(
        f"the secret {one.name} of {folder.process.name} has no value here: set "
        f"{PREFIX}{one.name}, or write {one.name}=… into {FILE.name}"
        for folder in folders
        for one in folder.process.secrets
        if not values.get(one.name)
    )


def provide(
    connection: Connection, folders: Iterable[ProcessFolder], values: Mapping[str, str]
) -> None:
    """Put the values where the builds of the embedded AWS look for them."""
    client = connection.client("secretsmanager")
    for folder in folders:
        for one in folder.process.secrets:
            if value := values.get(one.name):
                name = one.on_a_laptop(folder.process.name).laptop
                try:
                    client.create_secret(Name=name, SecretString=value)
                except ClientError:  # it is there, since an embedded AWS stayed up
                    client.put_secret_value(SecretId=name, SecretString=value)

"""The sandboxes of a deployment, and what its stacks are called.

Everything begins with the deployment's name, as the fence around Fencepost says.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from lambdas.model.definition.process import REGION
from lambdas.model.iam.arn import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambdas.model.definition.process import Process

ACCOUNT = re.compile(ACCOUNT_ID)
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
READABLE = 40  # characters of an address that a stack's name takes over


DEFAULT = "default"  # the sandbox of a process that names none


class InvalidSettingError(Exception):
    """A context value cannot be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """Where cycles act.

    Attributes:
        account: empty when it is the workflow's own. region: empty when it is the workflow's.
    """

    name: str = DEFAULT
    account: str = ""
    region: str = ""

    @property
    def apart(self) -> bool:
        """Whether it is another account than the workflow's."""
        return bool(self.account)


def archive(deployment: str) -> str:
    """Of what must survive."""
    return f"{deployment}-archive"


def sandbox(deployment: str, name: str = DEFAULT) -> str:
    """Of what a sandbox holds once."""
    return f"{deployment}-sandbox" + ("" if name == DEFAULT else f"-{name}")


def workflow(deployment: str) -> str:
    """Of the workflow."""
    return f"{deployment}-workflow"


def process(deployment: str, name: str) -> str:
    """Of a process, beside the workflow."""
    return f"{deployment}-process-{name}"


def roles(deployment: str, name: str) -> str:
    """Of a process's roles in a sandbox that is another account."""
    return f"{deployment}-roles-{name}"


def owner(deployment: str, address: str) -> str:
    """Of an owner's mails: the address as far as it can be, and what tells it apart."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", address)[:READABLE].strip("-")
    return f"{deployment}-owner-{readable}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def needed(deployment: str, wanted: Process) -> Iterator[str]:
    """The stacks that a process has, or has a part in, beside those that are there once."""
    yield roles(deployment, wanted.name)
    yield process(deployment, wanted.name)
    yield owner(deployment, wanted.owner)


def accounts_of(value: Callable[[str], object], further: tuple[Sandbox, ...]) -> tuple[str, str]:
    """All accounts, or none: names on all sides are made of them."""
    sandbox, own = str(value("sandboxAccount") or ""), str(value("account") or "")
    if not sandbox and not further:
        return "", ""
    given = ({"sandboxAccount": sandbox} if sandbox else {}) | {"account": own}
    for key, number in given.items():
        if not ACCOUNT.fullmatch(number):
            raise InvalidSettingError(f"-c {key}={number}: write the account's 12 digits")
    if own == sandbox:
        raise InvalidSettingError(f"-c sandboxAccount={sandbox}: is -c account; leave both out")
    taken = {own, sandbox}
    for one in further:
        if one.account in taken:
            raise InvalidSettingError(
                f"the sandbox {one.name}: its account {one.account} has another part already; "
                "every sandbox needs an account of its own"
            )
        taken.add(one.account)
    return own, sandbox


def sandboxes_of(given: object) -> tuple[Sandbox, ...]:
    """From a mapping, or a YAML file with one: `payments: {account: "…", region: eu-west-1}`."""
    if not given:
        return ()
    try:
        raw = yaml.safe_load(Path(given).read_text("utf-8")) if isinstance(given, str) else given
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidSettingError(f"-c sandboxes={given}: {error}") from error
    entries = raw.items() if isinstance(raw, dict) else [("", raw)]
    return tuple(_sandbox(str(name), entry) for name, entry in entries)


def _sandbox(name: str, entry: object) -> Sandbox:
    about = f"-c sandboxes: {name or 'the file'}"
    if not NAME.fullmatch(name) or name == DEFAULT:
        raise InvalidSettingError(f"{about}: write names [a-z][a-z0-9-]{{0,31}} but {DEFAULT}")
    if not isinstance(entry, dict) or not {"account"} <= entry.keys() <= {"account", "region"}:
        raise InvalidSettingError(f"{about}: write account, and region if it is another")
    account, region = str(entry["account"]), str(entry.get("region", ""))
    if not ACCOUNT.fullmatch(account):
        raise InvalidSettingError(f"{about}: account {account}: write the account's 12 digits")
    if region and not REGION.fullmatch(region):
        raise InvalidSettingError(f"{about}: region {region}: write a region such as eu-west-1")
    return Sandbox(name=name, account=account, region=region)


def home_region(value: Callable[[str], object], further: tuple[Sandbox, ...]) -> str:
    """Fencepost's own must be said when a sandbox says its: names there are made of both."""
    region = str(value("region") or "")
    if (region or any(one.region for one in further)) and not REGION.fullmatch(region):
        raise InvalidSettingError(f"-c region={region}: write the deployment's own region")
    return region

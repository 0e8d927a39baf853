"""The sandboxes of a deployment, what its stacks are called, and how its context is read.

Everything begins with the deployment's name, as the fence around Fencepost says.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.process import (
    EMAIL,
    EMAIL_WORDS,
    REGION,
    SCHEDULE,
    SCHEDULES,
    Process,
)
from lambdas.model.iam.arn import ACCOUNT_ID
from lambdas.model.yaml_text import read

ACCOUNT = re.compile(ACCOUNT_ID)
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
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
    """The workflow's, and the default sandbox's when that is another; empty are the credentials'.

    With a sandbox apart the workflow's must be said: names on all sides are made of both.
    """
    sandbox, own = str(value("sandboxAccount") or ""), str(value("account") or "")
    needed = {"account"} if sandbox or further else set()
    for key, number in {"sandboxAccount": sandbox, "account": own}.items():
        if (number or key in needed) and not ACCOUNT.fullmatch(number):
            raise InvalidSettingError(f"-c {key}={number}: write the account's 12 digits")
    if own and own == sandbox:
        raise InvalidSettingError(f"-c sandboxAccount={sandbox}: is -c account; leave both out")
    taken = {own, sandbox} - {""}
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
    raw = _written(given) if isinstance(given, str) else given
    if not isinstance(raw, dict) or not raw:
        raise InvalidSettingError(
            "-c sandboxes: the file names no sandbox; write a line for each, such as "
            'payments: {account: "210987654321"}'
        )
    return tuple(_sandbox(str(name), entry) for name, entry in raw.items())


def _written(file: str) -> object:
    """What the file says; a name that stands twice is refused, as in a process's definition."""
    try:
        return read(Path(file).read_text("utf-8")).value
    except OSError as error:
        reason = error.strerror or error
        raise InvalidSettingError(f"-c sandboxes={file}: cannot be read: {reason}") from error
    except UnicodeDecodeError as error:
        raise InvalidSettingError(f"-c sandboxes={file}: is not UTF-8 text") from error
    except InvalidProcessError as error:
        problem = f"{error.key} {error.problem}" if error.key else error.problem
        raise InvalidSettingError(f"-c sandboxes={file}:{error.line}: {problem}") from error


def _sandbox(name: str, entry: object) -> Sandbox:
    about = f"-c sandboxes: {name}"
    if not NAME.fullmatch(name) or name == DEFAULT:
        raise InvalidSettingError(f"{about}: write names [a-z][a-z0-9-]{{0,31}} but {DEFAULT}")
    if not isinstance(entry, dict) or not {"account"} <= entry.keys() <= {"account", "region"}:
        raise InvalidSettingError(f"{about}: write account, and region if it is another")
    account, region = str(entry["account"]), str(entry.get("region", ""))
    if not ACCOUNT.fullmatch(account):
        # Without quotes YAML reads some numbers with a nought before them as octal ones.
        problem = f"account {account}: write the account's 12 digits, in quotes"
        raise InvalidSettingError(f"{about}: {problem}")
    if region and not REGION.fullmatch(region):
        raise InvalidSettingError(f"{about}: region {region}: write a region such as eu-west-1")
    return Sandbox(name=name, account=account, region=region)


def home_region(value: Callable[[str], object], further: tuple[Sandbox, ...]) -> str:
    """Fencepost's own must be said when a sandbox says its: names there are made of both."""
    region = str(value("region") or "")
    if (region or any(one.region for one in further)) and not REGION.fullmatch(region):
        raise InvalidSettingError(f"-c region={region}: write the deployment's own region")
    return region


def role_names(value: Callable[[str], object], standard: tuple[str, ...]) -> tuple[str, ...]:
    """Beginnings of role names; every role, or none."""
    given = value("dataEventRoles")
    if given is None:
        return standard
    names = tuple(sorted({one.strip() for one in str(given).split(",")} - {""}))
    for one in names:
        if names != ("*",) and not ROLE_NAME.fullmatch(one):
            raise InvalidSettingError(
                f"-c dataEventRoles={given}: write how names of roles begin, with commas between "
                'them, "*" for every role of the sandbox, or nothing for none'
            )
    return names


def one_of(value: Callable[[str], object], key: str, known: tuple[str, ...]) -> str:
    """One of some words; the first is the standard."""
    given = str(value(key) or known[0])
    if given not in known:
        raise InvalidSettingError(f"-c {key}={given}: write {' or '.join(known)}")
    return given


def schedule(value: Callable[[str], object], key: str) -> str:
    """An expression of EventBridge Scheduler, or nothing."""
    given = str(value(key) or "")
    if given and not SCHEDULE.fullmatch(given):
        raise InvalidSettingError(f"-c {key}={given}: write {SCHEDULES}")
    return given


def address(value: Callable[[str], object], key: str) -> str:
    """An e-mail address, or nothing."""
    given = str(value(key) or "")
    if given and not EMAIL.fullmatch(given):
        raise InvalidSettingError(f"-c {key}={given}: write {EMAIL_WORDS}")
    return given


def yes_or_no(value: Callable[[str], object], key: str, *, standard: bool) -> bool:
    """True or false, as a text or as JSON has it."""
    given = value(key)
    if given is None:
        return standard
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(given).lower() not in words:
        raise InvalidSettingError(f"-c {key}={given}: write true or false")
    return words[str(given).lower()]


def number(value: Callable[[str], object], key: str, standard: int, most: int | None = None) -> int:
    """A whole number above 0, and not above `most`."""
    given = value(key)
    if given is None:
        return standard
    if not str(given).isdecimal() or int(str(given)) < 1:
        raise InvalidSettingError(f"-c {key}={given}: write a whole number above 0")
    if most is not None and int(str(given)) > most:
        raise InvalidSettingError(f"-c {key}={given}: write a whole number from 1 to {most}")
    return int(str(given))

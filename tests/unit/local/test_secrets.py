"""Secrets on a laptop: from the environment or a file that Git ignores."""

from pathlib import Path

import pytest

from local.deploy import secrets
from stacks.processes.folders import load_processes
from tests.stacks.samples import write_process

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:npm-a1B2c3"
ROOT = Path(__file__).parents[3]


def test_a_value_comes_from_the_environment_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text("# A comment=1\nA=from=file\nB=of the file\n")

    found = secrets.known({"FENCEPOST_SECRET_A": "of the shell", "B": "no"}, file)

    assert found == {"A": "of the shell", "B": "of the file"}
    assert secrets.known({}, tmp_path / "nowhere") == {}


def test_a_line_of_the_file_may_be_as_a_shell_has_it(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text("export ONE=\"a b\"\nTWO='c'\nTHREE=it's\nFOUR=\"\n")

    assert secrets.known({}, file) == {"ONE": "a b", "TWO": "c", "THREE": "it's", "FOUR": '"'}


def test_git_ignores_the_file() -> None:
    assert secrets.FILE.name in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_a_process_without_its_secret_is_told_what_to_set(tmp_path: Path) -> None:
    write_process(tmp_path, "orders", secrets={"NPM_TOKEN": ARN})
    folders = load_processes([tmp_path])

    (told,) = secrets.missing(folders, {})

    assert "FENCEPOST_SECRET_NPM_TOKEN" in told
    assert secrets.missing(folders, {"NPM_TOKEN": "x"}) == ()


@pytest.mark.parametrize("name", ["A", "NPM_TOKEN"])
def test_on_a_laptop_a_secret_is_kept_by_process_and_name(tmp_path: Path, name: str) -> None:
    write_process(tmp_path, "orders", secrets={name: f"{ARN}:key"})
    (folder,) = load_processes([tmp_path])

    (found,) = [one.on_a_laptop("orders") for one in folder.process.secrets]

    assert found.laptop == f"fencepost/orders/{name}"
    assert found.to_value() == f"{ARN}:key"  # the definition stays as it is

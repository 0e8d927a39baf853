from pathlib import Path

import pytest

from lambdas.errors import InvalidProcessError
from stacks.processes.folders import (
    OWN_FOLDER,
    load_folder,
    load_process,
    load_processes,
    process_folders,
    read_processes,
    refuse_local_sources,
)
from tests.stacks.samples import write_process

GOOD = """\
description: Orders
owner: team@example.com
phases:
  deploy: [npx osls deploy]
  remove: [npx osls remove]
"""


def refused(folder: Path, text: str | bytes, name: str = "orders") -> str:
    """What loading says of a definition, without the folder that the test happens to use."""
    path = folder / name
    path.mkdir()
    (path / "process.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidProcessError) as error:
        load_process(path)
    return str(error.value).replace(f"{folder}/", "")


def test_a_definition_is_read_with_its_places(tmp_path: Path) -> None:
    path = write_process(tmp_path, "orders", source="service")
    (path / "service").mkdir()

    found = load_folder(path)

    assert (found.process.name, found.path, found.source) == ("orders", path, path / "service")


def test_without_a_source_the_folder_itself_is_the_source(tmp_path: Path) -> None:
    path = write_process(tmp_path, "orders")

    assert load_folder(path).source == path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "colour: red\n", "orders/process.yaml:6: colour: unknown key"),
        (GOOD + "owner: b@example.com\n", "orders/process.yaml:6: owner: stands here again, first"),
        (
            GOOD + "  remove: [true]\n",
            "orders/process.yaml:6: phases.remove: stands here again, first in line 5",
        ),
        (GOOD + "source: nowhere\n", "orders/process.yaml:6: source: there is no folder 'nowhere'"),
        (GOOD + "source: /etc\n", "orders/process.yaml:6: source: is an absolute path"),
        (GOOD + "prove: perhaps\n", "orders/process.yaml:6: prove: is 'perhaps'"),
        (GOOD + "regions: [moon-1]\n", "orders/process.yaml:6: regions"),
        (GOOD + "node: 22\n", "orders/process.yaml:6: node"),
        (GOOD + "environment: {STAGE: '{stage}'}\n", "orders/process.yaml:6: environment.STAGE"),
        (
            GOOD + "environment: {AWS_PROFILE: x}\n",
            "orders/process.yaml:6: environment.AWS_PROFILE",
        ),
        (GOOD + "variables:\n  stage: {learn: a, prove: a}\n", "orders/process.yaml:7: variables"),
        (
            GOOD + "grants:\n  add:\n    - {action: s3:Get, resource: '*', reason: r}\n"
            "    - action: s3:Get\n      resource: nonsense\n      reason: r\n",
            "orders/process.yaml:10: grants.add[1].resource: is 'nonsense'",
        ),
        (GOOD + "owner: [\n", "orders/process.yaml:7: is not YAML"),
        (GOOD.replace("team@example.com", "the team"), "orders/process.yaml:2: owner: 'the team'"),
        (GOOD.replace("[npx osls deploy]", "[]"), "orders/process.yaml:4: phases.deploy: has no"),
        (GOOD.replace("  deploy", "  update"), "orders/process.yaml:4: phases.update: comes with"),
        (GOOD.replace("  deploy", "  Deploy!"), "orders/process.yaml:4: phases.Deploy!"),
        ("description: Orders\nowner: a@b.co\n", "orders/process.yaml:1: phases: missing"),
        ("", "orders/process.yaml:1: a process definition is a mapping"),
        ("- a\n- b\n", "orders/process.yaml:1: a process definition is a mapping"),
        ("a: &a\n  b: *a\n", "orders/process.yaml:1: a: unknown key"),
        ("? [a]\n: b\n", "orders/process.yaml:1: is not YAML: found unhashable key"),
        ("description: 2026-99-99\n", "orders/process.yaml:1: holds a value that cannot be read"),
        ("!!python/object:os.system {}\n", "orders/process.yaml:1: is not YAML"),
        (b"description: \xff\n", "orders/process.yaml:1: is not UTF-8"),
        ("description: \x07\n", "orders/process.yaml:1: is not YAML"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_file_line_and_key(
    tmp_path: Path, text: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, text)


@pytest.mark.parametrize("name", ["Orders", "1st", "or_ders", "o" * 33, "or ders"])
def test_a_folder_that_cannot_name_a_process_is_refused(tmp_path: Path, name: str) -> None:
    assert "may not be named" in refused(tmp_path, GOOD, name)


def test_a_folder_without_a_definition_is_refused_not_skipped(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()

    with pytest.raises(InvalidProcessError, match=r"orders/process.yaml: missing"):
        load_processes([tmp_path])


def test_a_process_in_place_of_a_folder_of_processes_is_refused(tmp_path: Path) -> None:
    path = write_process(tmp_path, "orders")

    with pytest.raises(InvalidProcessError, match=f"name {tmp_path}, which holds it"):
        load_processes([path])


def test_a_place_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidProcessError, match="there is no such folder"):
        load_processes([tmp_path / "nowhere"])


def test_two_folders_may_not_hold_processes_of_one_name(tmp_path: Path) -> None:
    write_process(tmp_path / "a", "orders")
    write_process(tmp_path / "b", "orders")

    with pytest.raises(InvalidProcessError, match=r"the name is taken by .*/a/orders"):
        load_processes([tmp_path / "a", tmp_path / "b"])


def test_processes_come_sorted_whatever_folders_they_are_in(tmp_path: Path) -> None:
    write_process(tmp_path / "a", "orders")
    write_process(tmp_path / "b", "billing")
    (tmp_path / "a" / ".git").mkdir()
    (tmp_path / "a" / "README.md").write_text("not a process")

    found = load_processes([tmp_path / "a", tmp_path / "b"])

    assert [one.process.name for one in found] == ["billing", "orders"]


def test_further_folders_are_read_beside_the_repos_own(tmp_path: Path) -> None:
    assert process_folders(f"{tmp_path}/a:{tmp_path}/b", "", str(tmp_path / "a")) == (
        OWN_FOLDER.resolve(),
        tmp_path / "a",
        tmp_path / "b",
    )


def test_the_repos_own_processes_are_valid() -> None:
    assert load_processes(process_folders())


def test_one_bad_neighbour_does_not_stop_the_others(tmp_path: Path) -> None:
    write_process(tmp_path / "a", "good")
    write_process(tmp_path / "a", "twin")
    write_process(tmp_path / "b", "twin")
    write_process(tmp_path / "b", "resolved", install=["echo {{resolve:ssm:/key}}"])
    write_process(tmp_path / "b", "endless", install=["x" * 9000])
    for name, text in {"empty": "", "half": "phases: [", "list": "- a"}.items():
        (tmp_path / "a" / name).mkdir()
        (tmp_path / "a" / name / "process.yaml").write_text(text)
    (tmp_path / "a" / "missing").mkdir()

    found, wrong = read_processes([tmp_path / "a", tmp_path / "b"])

    assert [one.process.name for one in found] == ["good"]
    assert sorted(wrong) == ["empty", "endless", "half", "list", "missing", "resolved", "twin"]
    assert all(f"/{name}/process.yaml" in str(error) for name, error in wrong.items())


def test_every_definition_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    write_process(tmp_path, "good")
    write_process(tmp_path, "one", regions="nowhere")
    write_process(tmp_path, "two", phases={})
    (tmp_path / "three").mkdir()

    with pytest.raises(InvalidProcessError) as refused:
        load_processes([tmp_path])

    _, wrong = read_processes([tmp_path])
    assert str(refused.value).splitlines() == [str(wrong[name]) for name in ("one", "three", "two")]


def test_a_repository_of_this_machine_is_found_from_its_definition_and_not_deployed(
    tmp_path: Path,
) -> None:
    (found,) = load_processes([write_process(tmp_path, "one", source={"git": "../../r"}).parent])

    assert (found.source, found.process.source.location) == (None, str(tmp_path.parent / "r"))
    with pytest.raises(InvalidProcessError, match=r"source\.git: is a path of this machine"):
        refuse_local_sources([found])

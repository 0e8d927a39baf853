"""`python app.py` as a person runs it, and what it says when it cannot."""

import json
import os
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from stacks import places
from stacks.places import InvalidSettingError, Sandbox
from stacks.settings import Settings
from stacks.stages import refuse_unknown_regions
from tests.stacks.samples import Json, write_process

pytestmark = pytest.mark.stacks
ROOT = Path(__file__).parent.parent.parent


def synthesise(out: Path, context: Json | None = None, **environment: str) -> tuple[int, str]:
    """Exit status and the errors, without what Node says of itself."""
    found = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "CDK_OUTDIR": str(out),
            "CDK_CONTEXT_JSON": json.dumps(context or {}),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return found.returncode, "\n".join(
        line for line in found.stderr.splitlines() if "!!" not in line
    )


def test_further_processes_come_by_the_environment_and_by_the_context(tmp_path: Path) -> None:
    write_process(tmp_path / "mine", "mine", regions=["ap-southeast-2"])
    write_process(tmp_path / "yours", "yours", prove=False)

    status, said = synthesise(
        tmp_path / "out",
        {"processes": str(tmp_path / "yours"), "retentionDays": "7", "analyzer": "true"},
        FENCEPOST_PROCESSES=str(tmp_path / "mine"),
    )

    assert status == 0
    assert said.startswith("fencepost: note: yours: keys of 0.1 are still read")
    assert len(said.splitlines()) == 1
    for name in ("mine", "yours", "orders"):
        own = (tmp_path / "out" / f"fencepost-process-{name}.template.json").read_text()
        assert f"/fencepost/processes/{name}" in own
    assert '"Days": 7' in (tmp_path / "out" / "fencepost-archive.template.json").read_text()
    sandbox = (tmp_path / "out" / "fencepost-sandbox.template.json").read_text()
    assert "AWS::AccessAnalyzer::Analyzer" in sandbox


def names_of(out: Path) -> set[str]:
    return {path.name.removesuffix(".template.json") for path in out.glob("*.template.json")}


def of_one(process: str) -> list[str]:
    """The patterns by which the Makefile picks the stacks of one process."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (line,) = [one for one in makefile.splitlines() if one.startswith("OF_ONE = ")]
    return re.findall(r'"([^"]+)"', line.replace("$(GIVEN)", process))


@pytest.mark.parametrize(
    ("context", "owners"),
    [
        ({"process": "mine"}, {places.owner("fencepost", "team@example.com")}),
        ({"removed": "mine"}, set()),  # yours has the same owner, who stays
        ({"removed": "last"}, {places.owner("fencepost", "last@example.com")}),
    ],
)
def test_one_process_is_chosen_with_its_owner_who_stays_while_there_are_others(
    tmp_path: Path, context: Json, owners: set[str]
) -> None:
    for name in ("mine", "yours"):
        write_process(tmp_path / "more", name)
    write_process(tmp_path / "more", "last", owner="last@example.com")

    status, said = synthesise(
        tmp_path / "out",
        {**context, "name": "fencepost"},
        FENCEPOST_PROCESSES=str(tmp_path / "more"),
    )

    assert (status, said) == (0, "")
    (process,) = context.values()
    chosen = {
        one
        for one in names_of(tmp_path / "out")
        if any(fnmatchcase(one, pattern) for pattern in of_one(process))
    }
    assert chosen == {f"fencepost-process-{process}", *owners}


def test_a_process_that_there_is_not_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    status, said = synthesise(tmp_path / "out", {"process": "nobody"})

    known = "feedback, mailroom, orders, reports"
    assert (status, said) == (1, f"fencepost: there is no process nobody; known are: {known}")


def test_one_that_is_to_be_removed_and_has_no_folder_is_told_where_its_stack_is(
    tmp_path: Path,
) -> None:
    status, said = synthesise(tmp_path / "out", {"removed": "nobody", "name": "mine"})

    assert status == 1
    assert said.startswith("fencepost: there is no process nobody; known are: ")
    assert said.endswith("delete-stack --stack-name mine-process-nobody")


@pytest.mark.parametrize(
    ("context", "status"), [({"process": "p200"}, 1), ({"removed": "p200"}, 0)]
)
def test_the_201st_owner_is_refused_whichever_process_is_chosen_and_can_be_removed(
    tmp_path: Path, context: Json, status: int
) -> None:
    for number in range(201):
        write_process(tmp_path / "more", f"p{number}", owner=f"team-{number}@example.com")

    ended, said = synthesise(tmp_path / "out", context, FENCEPOST_PROCESSES=str(tmp_path / "more"))

    assert ended == status
    assert ("205 owners; write -c mailTopics=2" in said) == bool(status)
    assert bool(names_of(tmp_path / "out")) != bool(status)


def test_another_processs_broken_definition_keeps_nobody_from_deploying_one_alone(
    tmp_path: Path,
) -> None:
    write_process(tmp_path / "more", "good")
    write_process(tmp_path / "more", "bad", colour="red")
    write_process(tmp_path / "more", "far", regions=["eu-west-9"])
    more = str(tmp_path / "more")

    status, said = synthesise(tmp_path / "out", {"process": "good"}, FENCEPOST_PROCESSES=more)
    refused, told = synthesise(tmp_path / "no", {"process": "bad"}, FENCEPOST_PROCESSES=more)

    assert (status, refused) == (0, 1)
    assert re.fullmatch(r"fencepost: note: left as it is deployed: .*bad.*: colour: .*", said)
    assert re.fullmatch(r"fencepost: .*bad.*: colour: unknown key.*", told)
    assert "fencepost-process-good" in names_of(tmp_path / "out")


def test_of_a_sandbox_elsewhere_its_administrator_deploys_one_process_alone(
    tmp_path: Path,
) -> None:
    write_process(tmp_path / "more", "chess", sandbox="games")
    write_process(tmp_path / "more", "go", sandbox="games")
    context = {
        "account": "123456789012",
        "sandboxes": {"games": {"account": "345678901234"}},
        "sandbox": "games",
    }

    def alone(process: str) -> tuple[int, str]:
        more = str(tmp_path / "more")
        return synthesise(
            tmp_path / process, {**context, "process": process}, FENCEPOST_PROCESSES=more
        )

    assert alone("chess") == (0, "")
    assert names_of(tmp_path / "chess") == {"fencepost-sandbox-games", "fencepost-roles-chess"}
    told = "fencepost: the process orders acts in the sandbox default, not in games"
    assert alone("orders") == (1, told)


def test_a_region_that_there_is_not_is_told_before_anything_is_written(tmp_path: Path) -> None:
    write_process(tmp_path / "more", "mine", regions=["eu-west-9"])

    status, said = synthesise(tmp_path / "out", FENCEPOST_PROCESSES=str(tmp_path / "more"))

    assert status == 1
    assert said.startswith("fencepost: the process mine: the CDK here knows no region eu-west-9; ")
    assert len(said.splitlines()) == 1
    assert not names_of(tmp_path / "out")


GAMES = Sandbox(name="games", account="345678901234", region="us-east-9")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(region="eu-nowhere-1"), "-c region: the CDK here knows no region eu-nowhere-1"),
        (Settings(further=(GAMES,)), "the sandbox games: .* us-east-9; did you mean us-east-"),
    ],
)
def test_whoever_names_a_region_that_there_is_not_is_told(settings: Settings, told: str) -> None:
    with pytest.raises(InvalidSettingError, match=told):
        refuse_unknown_regions(settings, ())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"colour": "red"}, "mine/process.yaml:8: colour: unknown key"),
        ({"phases": {"update": ["true"], "remove": ["true"]}}, "phases.update: comes without a"),
        ({"phases": {"deploy": [], "remove": ["true"]}}, "phases.deploy: has no command"),
        ({"install": ["x" * 8_000]}, "process.yaml: the definition has "),
        (
            {"install": ["echo {{resolve:ssm:/key}}"]},
            "process.yaml: the definition holds {{resolve:…, which CloudFormation would replace",
        ),
    ],
)
def test_a_process_that_cannot_be_meant_is_told_in_one_line_and_nothing_is_written(
    tmp_path: Path, changes: Json, told: str
) -> None:
    write_process(tmp_path / "more", "mine", **changes)

    status, said = synthesise(tmp_path / "out", FENCEPOST_PROCESSES=str(tmp_path / "more"))

    assert status == 1
    assert said.startswith("fencepost: ")
    assert told in said
    assert len(said.splitlines()) == 1
    assert not list((tmp_path / "out").glob("*.template.json"))


@pytest.mark.parametrize(
    ("key", "given", "told"),
    [
        ("settleSeconds", "soon", "write a whole number above 0"),
        ("generator", "guess", "write access-analyzer or trail"),
        ("withoutAnalyzer", "maybe", "write fail or go on"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_told_by_its_key(key: str, given: str, told: str) -> None:
    with pytest.raises(InvalidSettingError, match=f"^-c {key}={given}: {told}$"):
        Settings.from_context({key: given}.get)


def test_a_setting_that_cannot_be_meant_ends_the_synthesis_in_one_line(tmp_path: Path) -> None:
    status, said = synthesise(tmp_path / "out", {"settleSeconds": "soon"})

    assert (status, said) == (1, "fencepost: -c settleSeconds=soon: write a whole number above 0")

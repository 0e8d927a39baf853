"""`fencepost new`: what a tool's folder becomes, and that nothing in it can break the definition."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.process import Phase, Process
from lambdas.model.definition.variables import Use
from local.command_line.main import main
from local.new_process.command import draft_of
from local.new_process.definition import definition
from local.new_process.draft import Draft, Question
from local.new_process.folder import Folder, read
from local.new_process.reading.serverless import version as serverless_version
from local.new_process.tools import cdk
from stacks.processes.folders import load_folder

ROOT = Path(__file__).parents[3]
SERVERLESS = """\
service: orders
provider: {name: aws, runtime: nodejs22.x, region: eu-west-1, stackName: "o-${sls:stage}"}
functions:
  take: {handler: src/take.handler}
"""
TEMPLATE = """\
Parameters:
  Stage: {Type: String, AllowedValues: [int, prd]}
  SubnetId: {Type: "AWS::EC2::Subnet::Id", Description: "where: it # runs"}
  Size: {Type: Number, Default: 1}
Resources:
  Queue: {Type: "AWS::SQS::Queue", Properties: {QueueName: !Sub "q-${Stage}"}}
"""
SAM = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12}}
Resources:
  Hello: {Type: AWS::Serverless::Function, Properties: {CodeUri: hello/, Handler: app.handler}}
"""
CDK_APP = """\
import * as cdk from 'aws-cdk-lib';
const stage = app.node.tryGetContext('stage'); const vpc = process.env.VPC_ID;
"""
PLAY = """\
- hosts: localhost
  tasks:
    - amazon.aws.s3_bucket: {name: "shelf-{{ stage }}", state: "{{ state }}"}
"""


def folder(**texts: str) -> Folder:
    return Folder(
        name="source", texts={name.replace("__", "/"): text for name, text in texts.items()}
    )


def read_back(draft: Draft, owner: str = "team@example.com") -> Process:
    text = definition(draft, process="orders", source="../s", owner=owner)
    return Process.from_mapping("orders", yaml.safe_load(text))


def commands(draft: Draft) -> dict[str, tuple[str, ...]]:
    return {phase.name: phase.commands for phase in draft.phases}


def asked(draft: Draft) -> set[str]:
    return {one.key for one in draft.questions}


EVERY: Mapping[str, tuple[dict[str, str], str, set[str]]] = {
    "serverless": (
        {"serverless.yml": SERVERLESS, "src/take.js": ""},
        'osls deploy --stage "$STAGE"',
        set(),
    ),
    "serverless with its own CLI": (
        {
            "serverless.yml": SERVERLESS,
            "src/take.ts": "",
            "package.json": '{"devDependencies": {"serverless": "^3.40.0"}}',
            "package-lock.json": "{}",
        },
        'npx serverless deploy --stage "$STAGE"',
        set(),
    ),
    "SAM": ({"template.yaml": SAM, "hello/app.py": ""}, "--resolve-s3", set()),
    "CloudFormation": ({"template.yaml": TEMPLATE}, '"Stage=$STAGE"', {"environment.P_SUBNET_ID"}),
    "CDK": (
        {"cdk.json": '{"app": "npx ts-node bin/app.ts"}', "bin/app.ts": CDK_APP},
        '-c "stage=$STAGE"',
        {"environment.VPC_ID"},
    ),
    "Chalice": (
        {".chalice/config.json": "{}", "app.py": ""},
        'chalice deploy --stage "$STAGE"',
        set(),
    ),
    "Sceptre": (
        {
            "config/config.yaml": "project_code: p\nregion: eu-west-1",
            "config/dev/q.yaml": "",
            "config/prod/q.yaml": "",
        },
        'sceptre launch -y "$STAGE"',
        {"phases.update"},
    ),
    "Ansible": ({"site.yml": PLAY}, '-e "stage=$STAGE"', {"phases.update"}),
    "scripts": (
        {"scripts/deploy.sh": "", "scripts/destroy.sh": ""},
        "bash scripts/deploy.sh",
        {"phases.update"},
    ),
    "a Makefile": ({"Makefile": "deploy: x\n\techo\ndestroy:\n"}, "make deploy", {"phases.update"}),
    "nothing known": ({"who.js": ""}, "", {"phases.deploy", "phases.update", "phases.remove"}),
}


@pytest.mark.parametrize("name", EVERY)
def test_a_tools_folder_becomes_a_definition_that_lacks_only_what_is_asked(name: str) -> None:
    texts, deploys, questions = EVERY[name]
    draft = draft_of(Folder(name="s", texts=texts), "orders")

    assert deploys in "\n".join(commands(draft)["deploy"])
    assert asked(draft) == questions
    if questions:
        with pytest.raises(InvalidProcessError) as refused:
            read_back(draft)
        assert refused.value.key in questions
    else:
        assert read_back(draft).phases == draft.phases


def test_the_stage_is_chosen_among_those_that_the_files_know() -> None:
    by_map = (
        SERVERLESS
        + "custom:\n  vpc: {prod: {a: 1}, int: {a: 2}}\nx: ${self:custom.vpc.${sls:stage}.a}\n"
    )
    by_file = SERVERLESS + "custom: ${file(config/${opt:stage}.yml)}\n"
    files = {"config/live.yml": "", "config/test.yml": ""}

    stages = [
        draft_of(
            Folder(name="s", texts={"serverless.yml": text, "src/take.js": "", **files}), "o"
        ).variables
        for text in (by_map, by_file)
    ]
    template = draft_of(folder(template_yaml="", **{"template.yaml": TEMPLATE}), "o").variables

    assert stages[0] == (Use(name="stage", learn="int", prove="prod"),)
    assert stages[1] == (Use(name="stage", learn="test", prove="live"),)
    assert template == (Use(name="stage", learn="int", prove="prd"),)


def test_a_stage_without_another_is_asked_for_not_made_up() -> None:
    draft = draft_of(folder(**{"template.yaml": TEMPLATE.replace("[int, prd]", "[int]")}), "o")

    assert "variables.stage" in asked(draft)


def test_plugins_are_told_what_the_chosen_tool_lacks_unless_the_folder_chose_it() -> None:
    with_plugins = SERVERLESS + "plugins: [serverless-prune-plugin, ./own]\n"
    chosen = '{"devDependencies": {"osls": "^3.0.0", "serverless-prune-plugin": "^2.0.0"}}'

    said, silent, none = (
        [note for _, note in draft_of(folder(**files), "o").notes]
        for files in (
            {"serverless.yml": with_plugins},
            {"serverless.yml": with_plugins, "package.json": chosen},
            {"serverless.yml": SERVERLESS},
        )
    )

    assert serverless_version.PLUGINS in said
    assert "plugins that package.json does not install: serverless-prune-plugin" in said
    assert silent == none == []


def test_services_beside_the_one_that_was_read_are_told() -> None:
    files = {"serverless.yml": SERVERLESS, "database/serverless.yml": SERVERLESS}

    notes = [note for _, note in draft_of(folder(**files), "o").notes]

    assert notes == ["services beside it, if it needs them: database/serverless.yml"]


def test_a_change_reaches_what_is_deployed_though_comments_are_compiled_away() -> None:
    plain, bundled = (
        commands(draft_of(folder(**{"serverless.yml": SERVERLESS, name: ""}), "o"))["update"][0]
        for name in ("src/take.js", "src/take.ts")
    )

    assert plain == "echo '// a change, as a person would make it' >> src/take.js"
    assert bundled == "echo 'console.debug(\"a change\");' >> src/take.ts"


def test_what_samconfig_gives_already_is_not_asked_for_again() -> None:
    text = SAM.replace("Resources:", "Parameters: {Vpc: {Type: String}}\nResources:")
    config = '[default.deploy.parameters]\nstack_name = "hi"\nregion = "eu-west-3"\nparameter_overrides = "Vpc=\\"v 1\\""\n'
    draft = draft_of(
        folder(**{"template.yaml": text, "samconfig.toml": config, "hello/app.py": ""}), "o"
    )

    assert not draft.questions
    assert "'Vpc=v 1'" in commands(draft)["deploy"][-1]
    assert (
        draft.regions,
        'delete --no-prompts --stack-name "hi-$STAGE"' in commands(draft)["remove"][-1],
    ) == (("eu-west-3",), True)


def test_the_pins_are_those_of_our_own_package() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    pinned = {**package.get("dependencies", {}), **package.get("devDependencies", {})}

    assert f"osls@{pinned['osls']}" == serverless_version.OSLS
    assert f"aws-cdk@{pinned['aws-cdk']}" == cdk.CLI


NASTY = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(str.strip)


@given(
    command=NASTY,
    other=NASTY,
    note=NASTY,
    asks=NASTY,
    value=NASTY.filter(lambda one: not re.search(r"\{[a-z]", one)),
)
@example(command="one", other="two", note="n", asks="a", value="?")
@example(command="one", other="two", note="n", asks="a", value=":")
@example(command="one", other="two\n", note="n", asks="a", value="v")
@example(command="one \ntwo", other="two", note="n", asks="a", value="v")
def test_no_name_of_the_folder_can_break_the_definition(
    command: str, other: str, note: str, asks: str, value: str
) -> None:
    draft = Draft(
        tool=note,
        variables=(Use(name="stage", learn=value, prove=f"{value}2"),),
        environment=(("NAME", value), ("OPEN", "x")),
        install=(f"{command}\n{other}",),
        phases=(
            Phase(name="deploy", commands=(command, other)),
            Phase(name="remove", commands=(f"{other}\n{command}",)),
        ),
        notes=(("phases.deploy", note), ("owner", asks)),
        questions=(Question(key="environment.OPEN", asks=asks),),
    )
    text = definition(draft, process="orders", source=value, owner="a@b.co")
    said = yaml.safe_load(text)

    assert said["environment"] == {"NAME": value, "OPEN": ""}
    assert said["install"] == [f"{command}\n{other}"]
    assert said["phases"] == {"deploy": [command, other], "remove": [f"{other}\n{command}"]}
    assert set(said) == {
        "description",
        "owner",
        "source",
        "variables",
        "environment",
        "install",
        "phases",
    }


def test_the_command_writes_a_definition_and_changes_nothing_in_the_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "orders-service"
    (source / "src").mkdir(parents=True)
    (source / "serverless.yml").write_text(SERVERLESS)
    (source / "src" / "take.js").write_text("x")
    (source / "src" / "link").symlink_to("/etc/passwd")
    before = sorted((path, path.lstat().st_mtime_ns) for path in source.rglob("*"))
    words = ["new", "orders", str(source), "--into", str(tmp_path / "processes"), "--json"]

    status = main(words)

    told = json.loads(capsys.readouterr().out)
    assert told["status"] == status == len(told["questions"]) == ("owner" in str(told["questions"]))
    assert sorted((path, path.lstat().st_mtime_ns) for path in source.rglob("*")) == before
    file = tmp_path / "processes" / "orders" / "process.yaml"
    file.write_text(re.sub("(?m)^owner: .*", "owner: team@example.com", file.read_text()))
    assert load_folder(file.parent).source == source
    assert main(words) == 2
    assert "is there already" in capsys.readouterr().err


def test_an_editor_is_told_the_schema_where_it_lies_beside_the_definition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, elsewhere = tmp_path / "repo" / "processes", tmp_path / "elsewhere"
    monkeypatch.setattr("local.new_process.command.OWN_FOLDER", own)
    source = tmp_path / "service"
    source.mkdir()
    (source / "serverless.yml").write_text(SERVERLESS)

    for into in (own, elsewhere):
        main(["new", "orders", str(source), "--into", str(into)])

    first = (own / "orders" / "process.yaml").read_text().splitlines()[0]
    assert first.endswith("$schema=../../lambdas/model/definition/process.schema.json")
    assert (ROOT / "processes" / "orders" / "process.yaml").read_text().startswith(first)
    assert "$schema" not in (elsewhere / "orders" / "process.yaml").read_text()


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("git@github.com:o/r.git", "source: {git: https://github.com/o/r.git, path: services/a}"),
        ("https://git.example.com/r", "source: {git: https://git.example.com/r, path: services/a}"),
        ("https://user:word@git.example.com/r", ""),
        ("/somewhere/else", ""),
    ],
)
def test_a_clone_is_told_how_each_run_could_fetch_it(
    tmp_path: Path, origin: str, told: str
) -> None:
    source = tmp_path / "clone" / "services" / "a"
    source.mkdir(parents=True)
    for words in (["init", "--quiet"], ["remote", "add", "origin", origin]):
        subprocess.run(["git", *words], cwd=tmp_path / "clone", check=True)

    main(["new", "orders", str(source), "--into", str(tmp_path / "processes")])

    text = (tmp_path / "processes" / "orders" / "process.yaml").read_text()
    assert ("# LOOK: a deployment packs this folder" in text) is bool(told)
    assert told in text
    assert "word" not in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["Orders", "."], "may not be named"),
        (["orders", "/nowhere"], "there is no folder"),
        (["mail", str(ROOT / "processes" / "mailroom")], "is a process already"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", *words, "--into", str(tmp_path)]) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_of_many_files_those_nearest_to_the_top_are_looked_at_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.new_process.folder.MOST", 3)
    for name in ("a/b/c.txt", "a/b/d.txt", "services/x/cdk.json", "Makefile"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")

    found = read(tmp_path)

    assert list(found.texts) == ["Makefile", "a/b/c.txt", "a/b/d.txt"]
    assert not found.whole
    assert any("of which the nearest" in words for _, words in draft_of(found, "o").notes)


def test_a_folder_is_read_though_it_holds_what_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(b"\xff")
    (tmp_path / "b.yml").write_text("[")
    (tmp_path / "c.json").write_text('{"a": 1,}')
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "serverless.yml").write_text("x")

    found = read(tmp_path)

    assert sorted(found.texts) == ["a.yml", "b.yml", "c.json"]
    assert (found.mapping("a.yml"), found.mapping("b.yml"), found.mapping("c.json")) == (
        {},
        {},
        {"a": 1},
    )

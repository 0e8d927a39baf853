"""What repositories of teams have that no template of a tool's `init` shows."""

import shlex
from collections.abc import Mapping

import pytest
import yaml

from lambdas.model.definition.process import Process
from lambdas.model.definition.variables import Use
from local.new_process.command import draft_of
from local.new_process.definition import definition
from local.new_process.draft import Draft
from local.new_process.folder import Folder

SAM = """\
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String}, Key: {Type: String}}
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: src/, Handler: a.b, Runtime: python3.12}}
"""
SAMCONFIG = """\
[default.deploy.parameters]
stack_name = "todo"
s3_bucket = "aws-sam-cli-managed-default-x"
profile = "mfa"
[staging.deploy.parameters]
stack_name = "todo-staging"
parameter_overrides = "Stage=staging Key=k"
s3_bucket = "aws-sam-cli-managed-default-x"
[production.deploy.parameters]
stack_name = "todo-production"
parameter_overrides = "Stage=production Key=k"
"""
QUEUE = 'Resources: {Q: {Type: "AWS::SQS::Queue"}}'
SERVICE = "service: s\nprovider: {name: aws, runtime: nodejs22.x}\nfunctions: {a: {handler: a.b}}\n"
PLAY = "- hosts: localhost\n  tasks: [{amazon.aws.s3_bucket: {name: a}}]\n"


def of(process: str = "orders", **texts: str) -> Draft:
    return draft_of(folder(texts), process)


def folder(texts: Mapping[str, str]) -> Folder:
    return Folder(name="s", texts={_path(name): text for name, text in texts.items()})


def _path(name: str) -> str:
    return name.replace("___", "/").replace("__", ".")


def commands(draft: Draft, phase: str) -> tuple[str, ...]:
    return next(one.commands for one in draft.phases if one.name == phase)


def told(draft: Draft) -> str:
    return "\n".join(words for _, words in draft.notes)


def asked(draft: Draft) -> list[str]:
    return [one.key for one in draft.questions]


def test_environments_of_samconfig_are_the_stages_and_give_the_parameters() -> None:
    found = of(template__yaml=SAM, samconfig__toml=SAMCONFIG, src___a__py="")

    assert found.variables == (Use(name="stage", learn="staging", prove="production"),)
    assert not found.questions
    assert 'sam deploy --config-env "$STAGE" --region' in commands(found, "deploy")[-1]
    assert "--parameter-overrides" not in commands(found, "deploy")[-1]
    assert commands(found, "remove")[-1].startswith('sam delete --no-prompts --config-env "$STAGE"')
    # SAM refuses a bucket beside --resolve-s3, and the build has no profile.
    assert "sed -i -E '/^ *(s3_bucket|profile) *[=:]/d' samconfig.toml" in found.install
    assert "of the team's own account" in told(found)


def test_one_environment_beside_the_default_one_is_no_pair_of_stages() -> None:
    config = SAMCONFIG[: SAMCONFIG.index("[production")]
    found = of(template__yaml=SAM, samconfig__toml=config, src___a__py="")

    assert '--stack-name "todo-$STAGE"' in commands(found, "deploy")[-1]
    assert asked(found) == ["environment.P_KEY"]


def test_a_templates_code_is_found_beside_the_template() -> None:
    found = of(infra___template__yaml=SAM.replace("src/", "../src"), src___a__py="")

    assert commands(found, "update")[1].endswith(">> src/a.py")


def test_what_a_template_uploads_wants_and_keeps_is_told() -> None:
    template = """\
Parameters:
  Image: {Type: "AWS::SSM::Parameter::Value<String>", Default: /aws/service/x}
  Size: {Type: "AWS::SSM::Parameter::Value<String>", Default: /shop/size}
Resources:
  Stack: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml}}
  Table: {Type: AWS::DynamoDB::Table, DeletionPolicy: Retain}
  Db:
    Type: AWS::RDS::DBInstance
    Properties: {MasterUserPassword: "{{resolve:secretsmanager:${Stage}/db:SecretString:password}}"}
  F: {Type: AWS::Lambda::Function, Properties: {Code: dist/f, Handler: a.b}}
  Vpc: {Type: AWS::EC2::Subnet, Properties: {VpcId: {Fn::ImportValue: net-vpc}}}
"""
    found = told(of(template__yaml=template, inner__yaml=QUEUE, other__yaml=QUEUE))

    assert "other templates are there: other.yaml" in found
    assert (
        "reads secretsmanager:${Stage}/db:SecretString:password, the export net-vpc, "
        "the parameter /shop/size (Size), which must be there in the sandbox"
    ) in found
    assert "dist/f is not there before it is built" in found
    assert "the template keeps Table: delete them here" in found


def test_the_bucket_of_the_packages_has_a_name_that_a_bucket_may_have() -> None:
    template = """\
Parameters: {Env: {Type: String, AllowedValues: [Integration, Production]}}
Resources: {F: {Type: AWS::Lambda::Function, Properties: {Code: src, Handler: a.b}}}
"""
    found = of("a" * 31 + "b", template__yaml=template, src___a__py="")

    name = commands(found, "deploy")[0].split('"')[1].split("$(")[0]
    assert "${STAGE,,}" in name
    assert len(name.replace("${STAGE,,}", "integration")) + 12 <= 63


def test_teams_own_commands_come_before_a_template_that_names_no_stack() -> None:
    makefile = "ENV ?= dev\ndeploy:\n\taws x --name a-$(ENV)\ndestroy:\n\taws y\nupdate-it:\n\tz\n"

    own = of(t__yaml=QUEUE, Makefile=makefile)
    half = of(t__yaml=QUEUE, Makefile=makefile.replace("destroy", "clean"))

    assert commands(own, "deploy") == ('make deploy ENV="$STAGE"',)
    assert commands(own, "remove") == ('make destroy ENV="$STAGE"',)
    assert "There are: make update-it" in own.questions[0].asks
    assert commands(half, "deploy")[0].startswith("aws cloudformation deploy")
    assert "the team's own commands are there: make deploy" in told(half)


@pytest.mark.parametrize(
    ("texts", "deploy", "environment"),
    [
        ({"deploy__sh": 'STAGE="${1:-dev}"\n'}, 'bash deploy.sh "$STAGE"', ()),
        (
            {"scripts___deploy__sh": "aws x $ENVIRONMENT"},
            "bash scripts/deploy.sh",
            (("ENVIRONMENT", "{stage}"),),
        ),
        ({"package__json": '{"scripts": {"deploy": "x $STAGE"}}'}, "npm run deploy", ()),
        (
            {"package__json": '{"scripts": {"deploy:dev": "x", "deploy:prod": "y"}}'},
            'npm run "deploy:$STAGE"',
            (),
        ),
        ({"Makefile": "deploy-int:\n\tx\ndeploy-live:\n\ty\n"}, 'make "deploy-$STAGE"', ()),
    ],
)
def test_a_script_takes_the_stage_as_it_says(
    texts: dict[str, str], deploy: str, environment: tuple[tuple[str, str], ...]
) -> None:
    found = of(**texts)

    assert commands(found, "deploy") == (deploy,)
    assert found.environment[1:] == environment


def test_a_target_that_seldom_deploys_is_named_and_not_taken() -> None:
    found = of(Makefile="install:\n\tpip install .\nup:\n\tdocker compose up\n")

    assert commands(found, "deploy") == ()
    assert "There are: make install, make up" in found.questions[0].asks


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("infra/main.tf", "Terraform"),
        ("cdktf.json", "CDK for Terraform"),
        ("Pulumi.yaml", "Pulumi"),
        ("sst.config.ts", "SST"),
        ("copilot/api/manifest.yml", "AWS Copilot"),
    ],
)
def test_a_tool_without_commands_here_is_named_and_asked_for(file: str, name: str) -> None:
    alone = draft_of(Folder(name="s", texts={file: ""}), "orders")
    beside = draft_of(Folder(name="s", texts={file: "", "serverless.yml": SERVICE}), "orders")

    assert alone.tool == f"{name}, for which `fencepost new` has no commands"
    assert asked(alone) == ["phases.deploy", "phases.update", "phases.remove"]
    assert f"{name} has: " in alone.questions[0].asks
    assert f"{name} was never run on the embedded AWS" in told(alone)
    assert f"{name} is used beside it" in told(beside)


def test_a_placeholder_is_no_region() -> None:
    found = of(config___config__yaml="project_code: p\nregion: YOUR_REGION", config___a__yaml="")

    assert (found.tool, found.regions) == ("Sceptre", ())


@pytest.mark.parametrize("provider", ["google", "{name: azure, region: West Europe}"])
def test_a_service_of_another_cloud_is_not_taken_for_one_of_aws(provider: str) -> None:
    found = of(serverless__yml=f"service: s\nprovider: {provider}\n")

    assert found.tool == "commands of your own"


def test_a_service_in_a_folder_is_deployed_from_there() -> None:
    found = of(
        package__json='{"workspaces": ["packages/*"]}',
        **{"package-lock__json": "{}"},
        packages___infra___cdk__json='{"app": "npx tsx bin/app.ts"}',
        packages___infra___package__json='{"devDependencies": {"aws-cdk": "2"}}',
        packages___core___cdk__json="{}",
        examples___base___cdk__json='{"app": "x"}',
    )

    assert found.read == "packages/infra/cdk.json"
    assert found.install == ("npm ci --no-audit --no-fund",)
    assert all(one.commands[0] == "cd packages/infra" for one in found.phases)
    assert "packages/infra was taken; the others are processes of their own: examples/base" in told(
        found
    )


def test_services_of_compose_are_deployed_together() -> None:
    service = SERVICE.replace("service: s", 'service: s\nframeworkVersion: "3"')
    found = of(
        **{"serverless-compose__yml": "services: {a: {path: a}, b: {path: ./b}, c: {path: c}}"},
        a___serverless__yml=service.replace("aws,", "aws, region: ap-south-1,"),
        b___serverless__yml=service.replace("functions:", "custom: {t: '${env:T}'}\nfunctions:"),
        b___package__json='{"dependencies": {"x": "1"}}',
        b___a__js="",
    )

    assert commands(found, "deploy") == (
        'export PATH="$PWD/node_modules/.bin:$PATH"',
        'osls deploy --stage "$STAGE"',
    )
    assert found.regions == ("ap-south-1", "us-east-1")
    assert "osls@3.77.1 @osls/compose@" in found.install[0]
    assert "(cd b && npm install --no-audit --no-fund)" in found.install
    assert commands(found, "update")[1].startswith("(cd b && echo")
    assert asked(found) == ["environment.T"]
    assert "the services c are not in the folder" in told(found)


def test_a_service_of_compose_is_built_before_it_is_deployed() -> None:
    java = (
        "service: s\nprovider: {name: aws, runtime: java17}\npackage: {artifact: target/s.jar}\n"
        "functions: {a: {handler: com.A}}\n"
    )
    found = of(
        **{"serverless-compose__yml": "services: {s: {path: s}, a: {path: a}}"},
        s___serverless__yml=java,
        s___pom__xml="<project/>",
        a___serverless__yml=SERVICE,
        a___a__js="",
    )

    assert commands(found, "deploy")[1] == "(cd s && mvn --batch-mode package)"
    assert commands(found, "update")[1:3] == (
        "(cd a && echo '// a change, as a person would make it' >> a.js)",
        "(cd s && mvn --batch-mode package)",
    )


def test_stages_are_those_of_parameters_of_contexts_and_of_chalice() -> None:
    service = SERVICE + "params: {int: {a: 1}, live: {a: 2}}\ncustom: {a: '${param:a}'}\n"
    custom = (
        SERVICE + "custom: {dev: {a: 1}, prod: {a: 2}, x: {}, y: '${self:custom.${sls:stage}.a}'}\n"
    )
    app = 'import "aws-cdk-lib"; const s = app.node.tryGetContext("stage");'
    scripts = '{"scripts": {"a": "cdk deploy -c stage=beta", "b": "cdk deploy -c stage=prod"}}'
    uses = [
        one.variables[-1]
        for one in (
            of(serverless__yml=service),
            of(serverless__yml=custom),
            of(cdk__json='{"context": {"environments": {"dev": {}, "prod": {}}}}', app__ts=app),
            of(cdk__json="{}", app__ts=app, package__json=scripts),
            of(__chalice___config__json='{"stages": {"test": {}, "prod": {}}}'),
        )
    ]

    assert [(one.learn, one.prove) for one in uses] == [
        ("int", "live"),
        ("dev", "prod"),
        ("dev", "prod"),
        ("beta", "prod"),
        ("test", "prod"),
    ]


def test_an_app_is_asked_only_for_what_it_cannot_do_without() -> None:
    app = """\
import * as cdk from "aws-cdk-lib"; import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
const a = process.env.DOMAIN || "x"; const b = process.env.SIZE ?? "s"; const c = process.env.VPC!;
if (process.env.SKIP === "true") {} new Stack(app, "a", { env: { region: "us-east-1" } });
"""
    found = of(
        cdk__json='{"app": "node dist/app.js"}',
        app__ts=app,
        package__json='{"scripts": {"build": "tsc"}, "devDependencies": {"aws-cdk": "2"}}',
    )

    assert asked(found) == ["environment.VPC"]
    assert "the app can also be given DOMAIN, SIZE, SKIP" in told(found)
    assert found.regions == ("us-east-1",)
    assert found.install[1] == "npm run build"
    assert "esbuild" in found.install[2]
    assert found.privileged is False


def test_an_app_whose_assets_docker_builds_is_privileged() -> None:
    app = "from aws_cdk import aws_lambda as l\nl.DockerImageCode.from_image_asset('f')\n"

    assert of(cdk__json='{"app": "python3 app.py"}', app__py=app).privileged is True


@pytest.mark.parametrize(
    ("lock", "line"),
    [
        ("Pipfile.lock", "pipenv sync"),
        ("poetry.lock", "poetry install --no-root"),
        ("uv.lock", "uv sync --active --frozen"),
    ],
)
def test_a_lock_of_python_is_installed_into_the_environment_of_the_cycle(
    lock: str, line: str
) -> None:
    texts = {lock: "", "cdk.json": '{"app": "python3 app.py"}', "app.py": ""}
    found = draft_of(Folder(name="s", texts=texts), "orders")

    assert found.install[-3:] == (
        f'python3 -m venv "$HOME/cycle" && "$HOME/cycle/bin/pip" install --quiet {line.split(maxsplit=1)[0]}',
        '. "$HOME/cycle/bin/activate"',
        line,
    )
    assert "activate" in commands(found, "deploy")[0]


def test_zappa_is_deployed_updated_and_undeployed_in_the_stages_of_its_settings() -> None:
    settings = """\
{"dev": {"app_function": "shop.app.app", "s3_bucket": "packages", "runtime": "python3.6"},
 "live": {"extends": "dev"}}
"""
    found = of(zappa_settings__json=settings, shop___app__py="", requirements__txt="zappa==0.63\n")
    alone = of(zappa_settings__json='{"dev": {"touch": false}}')

    assert found.variables == (Use(name="stage", learn="dev", prove="live"),)
    assert found.runtimes == (("python", "3.12"),)
    assert found.install[0].endswith("install --quiet -r requirements.txt")
    assert commands(found, "deploy")[-1] == 'zappa deploy "$STAGE"'
    assert commands(found, "update")[1:] == (
        "echo '# a change, as a person would make it' >> shop/app.py",
        'zappa update "$STAGE"',
    )
    assert commands(found, "remove")[1] == 'zappa undeploy --yes "$STAGE"'
    assert "aws s3 rb --force s3://packages" in commands(found, "remove")[2]
    assert '"touch": false' in told(found)
    assert '"touch": false' not in told(alone)
    assert asked(alone) == ["variables.stage", "phases.update"]


def test_a_playbook_of_this_machine_runs_on_the_python_of_ansible() -> None:
    here = of(site__yml=PLAY)
    named = of(site__yml=PLAY.replace("localhost", "all"))
    listed = of(site__yml=PLAY.replace("localhost", "all"), inventory__ini="[all]")
    staged = of(
        site__yml=PLAY.replace("localhost", "all"),
        inventories___test___hosts="",
        inventories___live___hosts="",
    )

    assert commands(here, "deploy")[-1] == "ansible-playbook site.yml"
    assert (
        "ansible_python_interpreter={{ ansible_playbook_python }}" in commands(named, "deploy")[-1]
    )
    assert commands(listed, "deploy")[-1] == "ansible-playbook -i inventory.ini site.yml"
    assert commands(staged, "deploy")[-1] == 'ansible-playbook -i "inventories/$STAGE" site.yml'
    assert staged.variables == (Use(name="stage", learn="test", prove="live"),)


def test_a_playbook_is_known_by_the_short_names_of_modules_too() -> None:
    play = "- hosts: 127.0.0.1\n  tasks:\n    - name: a\n      cloudformation: {template: t.yml}\n"

    assert of(site__yml=play, t__yml=QUEUE).tool == "Ansible"


def test_a_config_of_something_else_is_no_project_of_sceptre() -> None:
    assert of(config___config__yaml="app: {url: x}").tool != "Sceptre"
    assert of(config___config__yaml="project_code: p", config___a__yaml="").tool == "Sceptre"


def test_accounts_are_told_unless_they_are_examples_or_in_tests() -> None:
    found = told(
        of(
            serverless__yml=SERVICE + "custom: {a: 'arn:aws:iam::210987654321:role/x'}\n",
            app__ts='env: { account: "310987654321" }, b: "arn:aws:iam::123456789012:role/x"',
            tests___a__ts='env: { account: "410987654321" }',
        )
    )

    assert "210987654321 (serverless.yml), 310987654321 (app.ts)" in found
    assert "123456789012" not in found
    assert "410987654321" not in found


@pytest.mark.parametrize(
    "name", ["a b", "$(touch x)", "`x`", "it's", 'q"uote', "-rf", "ünïcode", "semi;colon", "a\\b"]
)
def test_odd_names_are_one_word_to_the_shell_and_one_value_to_yaml(name: str) -> None:
    for path, text in (
        (f"{name}/template.yaml", SAM),
        (f"{name}.yaml", QUEUE),
        (f"{name}/serverless.yml", SERVICE),
        (f"{name}.yml", PLAY),
        (f"{name}/pyproject.toml", ""),
    ):
        draft = draft_of(Folder(name="s", texts={path: text}), "orders")
        said = yaml.safe_load(definition(draft, process="orders", source=".", owner="a@b.co"))
        words = [
            word for one in draft.phases for line in one.commands for word in shlex.split(line)
        ]

        assert said["phases"] == {one.name: list(one.commands) for one in draft.phases}
        assert bool(words) is any(name in word for word in words)
        if not draft.questions:
            Process.from_mapping("orders", said)


def test_a_package_whose_script_has_an_odd_name_is_asked_for_its_commands() -> None:
    found = of(package__json='{"scripts": {"deploy:$(x)": "y", "deploy;z": "y"}}')

    assert commands(found, "deploy") == ()
    assert "$(x)" not in "".join(one.asks for one in found.questions)

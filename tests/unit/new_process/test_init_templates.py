"""What the tools' own `init` templates have, small: comments that offer, pins, code to be built."""

from typing import Any

import pytest
import yaml

from local.new_process.definition import definition
from local.new_process.draft import Draft
from local.new_process.folder import Folder
from local.new_process.tools import cdk, cloudformation, sam, serverless

OFFERS = """\
service: hello # NOTE: update this with your service name
frameworkVersion: '3'
provider:
  name: aws
  runtime: nodejs12.x
#  environment: {BUCKET: "${env:BUCKET}", KEY: "${ssm:/hello/key}"}
functions:
  hello: {handler: handler.hello}
"""


def of(text: str = OFFERS, **texts: str) -> Draft:
    named = {name.replace("__", "."): content for name, content in texts.items()}
    folder = Folder(name="hello", texts={"serverless.yml": text, "handler.js": "", **named})
    found = serverless.draft(folder, "hello")
    assert found
    return found


def commands(draft: Draft, phase: str) -> tuple[str, ...]:
    return next(one.commands for one in draft.phases if one.name == phase)


def service(**more: Any) -> str:
    provider = {"name": "aws", **more.pop("provider", {})}
    return yaml.safe_dump({"service": "hello", "provider": provider, **more})


def test_what_a_comment_offers_is_not_asked_for() -> None:
    found = of()

    assert found.questions == ()
    assert not [words for _, words in found.notes if "ssm" in words]


def test_a_comment_of_an_app_asks_for_nothing() -> None:
    texts = {
        "cdk.json": '{"app": "npx ts-node bin/app.ts"}',
        "bin/app.ts": (
            "import * as cdk from 'aws-cdk-lib';\n// vpc: process.env.VPC_ID\n * process.env.OTHER\n"
            "const real = process.env.REAL;\n"
        ),
    }
    found = cdk.draft(Folder(name="app", texts=texts), "app")

    assert found
    assert {one.key for one in found.questions} == {"environment.REAL"}


def test_a_runtime_that_the_image_has_no_longer_is_replaced_and_told() -> None:
    found = of()

    assert found.runtimes == (("nodejs", "22"),)
    assert (
        "build",
        "the build's image has no nodejs12.x: a newer one stands for it",
    ) in found.notes
    kept = of(service(provider={"runtime": "python3.13"}, functions={"a": {"handler": "a.b"}}))
    assert kept.runtimes == (("nodejs", "22"), ("python", "3.13"))
    assert not [at for at, _ in kept.notes if at == "build"]
    # The function may have it, and the tool does not run on it.
    assert of(service(provider={"runtime": "nodejs18.x"})).runtimes == (("nodejs", "22"),)


@pytest.mark.parametrize(
    ("wanted", "tool"),
    [
        ("3", "npx --yes osls@3.77.1"),
        ("^3.2.1", "npx --yes osls@3.77.1"),
        (">=2.0.0 <4.0.0", "npx --yes osls@3.77.1"),
        ("2", "npx --yes serverless@2.72.4"),
        ("<2", "npx --yes serverless@1.83.3"),
        (">=1.1.0", "osls"),
        ("4", "osls"),
        ("*", "osls"),
        (None, "osls"),
    ],
)
def test_a_version_is_taken_that_the_service_allows(wanted: str | None, tool: str) -> None:
    given = {} if wanted is None else {"frameworkVersion": wanted}
    found = of(service(**given, functions={"hello": {"handler": "handler.hello"}}))

    assert commands(found, "remove")[0].startswith(f"{tool} remove ")
    assert any("npm install --global" in one for one in found.install) == (tool == "osls")


def test_a_pin_of_package_json_comes_first() -> None:
    found = of(package__json='{"devDependencies": {"serverless": "^3.1.0"}}')

    assert commands(found, "deploy")[0].startswith("npx serverless deploy ")


def test_a_package_of_another_version_than_the_service_wants_is_not_what_deploys_it() -> None:
    package = '{"devDependencies": {"serverless": "^2.23.0"}}'
    program = "const config = { frameworkVersion: '3', functions: {} };"
    found = serverless.draft(
        Folder(name="hello", texts={"serverless.ts": program, "package.json": package}), "hello"
    )

    assert found
    assert commands(found, "deploy")[0].startswith("npx --yes osls@3.77.1 deploy")
    assert found.install == ("npm install --no-audit --no-fund",)


@pytest.mark.parametrize(
    ("texts", "build"),
    [
        ({"Makefile": ".PHONY: build\nbuild: gomodgen\n\tgo build\n"}, "make build"),
        ({"Makefile": "build := x\n", "build__sh": "dotnet publish"}, "bash build.sh"),
        ({"pom__xml": "<project/>"}, "mvn --batch-mode package"),
        ({"gradlew": "", "build__gradle": ""}, "sh gradlew build"),
        ({"build__sbt": ""}, "sbt assembly"),
    ],
)
def test_what_the_folder_lacks_is_built_first(texts: dict[str, str], build: str) -> None:
    text = service(
        provider={"runtime": "java17"},
        package={"artifact": "target/hello.jar"},
        functions={"hello": {"handler": "com.Hello"}},
    )
    found = of(text, **texts)

    assert commands(found, "deploy")[0] == build
    words = f"target/hello.jar is not there before it is built by {build}"
    assert ("phases", words) in found.notes
    assert any("the build and the deployment" in one.asks for one in found.questions)


def test_what_nothing_builds_is_told_and_what_is_there_is_not_built() -> None:
    functions = {"hello": {"handler": "bin/hello"}}
    text = service(provider={"runtime": "provided.al2023"}, functions=functions)

    told = [words for _, words in of(text).notes]
    there = of(text, **{"bin/hello": "", "Makefile": "build:\n"})

    assert told == ["bin/hello is not there before it is built, by a command before the deployment"]
    assert there.notes == ()
    assert len(commands(there, "deploy")) == 1


def test_a_program_is_not_read_and_its_handlers_are_found_all_the_same() -> None:
    texts = {
        "serverless.ts": "const config: AWS = { functions: { hello } };",
        "src/functions/hello/handler.ts": "export const main = 1;",
        "src/functions/hello/schema.ts": "",
    }
    found = serverless.draft(Folder(name="hello", texts=texts), "hello")

    assert found
    assert found.questions == ()
    assert commands(found, "update")[0].endswith(">> src/functions/hello/handler.ts")


def test_images_that_are_built_need_docker() -> None:
    images = {"app": {"path": "./"}}
    docker = of(service(provider={"ecr": {"images": images}}))
    pulled = of(service(provider={"ecr": {"images": {"app": {"uri": "1.dkr.ecr"}}}}))
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "F": {"Type": "AWS::Serverless::Function", "Properties": {"PackageType": "Image"}}
        },
    }
    folder = Folder(name="f", texts={"template.yaml": yaml.safe_dump(template)})
    of_sam = sam.draft(folder, "f")

    assert (docker.privileged, pulled.privileged) == (True, False)
    assert of_sam
    assert of_sam.privileged
    text = definition(of_sam, process="f", source=".", owner="a@b.example")
    assert yaml.safe_load(text)["build"] == {"privileged": True}


@pytest.mark.parametrize(("kind", "told"), [("AWS::S3::Bucket", 1), ("AWS::SQS::Queue", 0)])
def test_what_must_be_emptied_is_said_where_there_is_such_a_thing(kind: str, told: int) -> None:
    template = yaml.safe_dump({"Resources": {"R": {"Type": kind}}})
    found = cloudformation.draft(Folder(name="s", texts={"t.yaml": template}), "s")

    assert found
    assert sum("emptied" in words for _, words in found.notes) == told

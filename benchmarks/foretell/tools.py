"""Stand-ins for `aws`, `osls` and `cdk` that write down the templates that a process deploys.

A process's own commands run with these first on the path: nothing is deployed. Each deployment
leaves `<number>.<phase>.json` in `$RECORDED`: the template's path, the stack, the parameters.
`osls package` and `cdk synth` are the real tools.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

RECORDED = Path(os.environ.get("RECORDED", "."))
# Elements that `aws cloudformation package` replaces, by what they hold then.
UPLOADED = ("CodeUri", "ContentUri", "DefinitionUri", "TemplateURL", "Code", "Content", "Location")


def main() -> int:
    """Play the tool under whose name this was called."""
    tool, arguments = Path(sys.argv[0]).name, sys.argv[1:]
    if tool == "osls":
        return _osls(arguments)
    if tool == "cdk":
        return _cdk(arguments)
    if arguments[:1] == ["cloudformation"]:
        return _cloudformation(arguments[1:])
    return 0


def _osls(arguments: list[str]) -> int:
    stage = _option(arguments, "--stage") or "dev"
    if arguments[:1] == ["remove"]:
        return 0
    real = os.environ["REAL_OSLS"]
    package = [real, "package", "--stage", stage, "--package", ".recorded"]
    done = subprocess.run(package, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-2000:])
        return 1
    state = json.loads(Path(".recorded/serverless-state.json").read_text(encoding="utf-8"))
    name = f"{state['service']['service']}-{stage}"
    own = state["service"]["provider"].get("stackName")
    _record(Path(".recorded/cloudformation-template-update-stack.json"), str(own or name), {})
    return 0


def _cdk(arguments: list[str]) -> int:
    real = os.environ["REAL_CDK"]
    if arguments[:1] == ["bootstrap"]:
        template = Path("toolkit/toolkit.yaml")
        template.parent.mkdir(exist_ok=True)
        shown = [real, "bootstrap", "--show-template"]
        done = subprocess.run(shown, check=True, capture_output=True, text=True)
        template.write_text(done.stdout, encoding="utf-8")
        policies = _option(arguments, "--cloudformation-execution-policies")
        parameters = {"CloudFormationExecutionPolicies": policies}
        parameters |= {"Qualifier": _option(arguments, "--qualifier")}
        parameters |= {"FileAssetsBucketKmsKeyId": "AWS_MANAGED_KEY"}  # as the CLI says unasked
        _record(template, _option(arguments, "--toolkit-stack-name"), parameters)
    if arguments[:1] == ["deploy"]:
        synth = [real, "synth", "--quiet", "--output", "assembly/cdk.out"]
        subprocess.run(synth, check=True, capture_output=True)
        _record(Path("assembly/cdk.out"), "", {})
    return 0


def _cloudformation(arguments: list[str]) -> int:
    verb = arguments[0]
    if verb == "package":
        template = Path(_option(arguments, "--template-file"))
        text = _packaged(template, _option(arguments, "--s3-bucket"))
        Path(_option(arguments, "--output-template-file")).write_text(text, encoding="utf-8")
        return 0
    file = _option(arguments, "--template-file") or _option(arguments, "--template-body")
    if not file or verb not in ("deploy", "create-stack", "update-stack", "create-change-set"):
        return 0
    path = Path(file.removeprefix("file://"))
    parameters = _pairs(arguments, "--parameter-overrides", "--parameters")
    _record(path, _option(arguments, "--stack-name"), parameters, _pairs(arguments, "--tags"))
    return 0


def _pairs(arguments: list[str], *options: str) -> dict[str, str]:
    found = {}
    for option in options:
        if option in arguments:
            for one in arguments[arguments.index(option) + 1 :]:
                if one.startswith("--"):
                    break
                if one.startswith("ParameterKey="):
                    key, _, value = one.removeprefix("ParameterKey=").partition(",ParameterValue=")
                else:
                    key, _, value = one.partition("=")
                found[key] = value
    return found


def _packaged(path: Path, bucket: str) -> str:
    """The template with what is beside it named by its hash, as if it had been uploaded."""
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [_line(one, path.parent, bucket) for one in lines]
    return "\n".join(lines) + "\n"


def _line(line: str, folder: Path, bucket: str) -> str:
    for name in UPLOADED:
        part = f"{name}: "
        told = line.split(part, 1)[1] if part in line else ""
        told = told.split(",")[0].split("}")[0].strip().strip("'\"")
        beside = folder / told
        if told and (beside.is_dir() or (beside.is_file() and name != "TemplateURL")):
            return line.replace(f"{part}{told}", f"{part}s3://{bucket}/{_hash(beside)}")
    return line


def _hash(path: Path) -> str:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for one in files:
        if one.is_file():
            digest.update(one.read_bytes())
    return digest.hexdigest()[:32]


def _record(
    path: Path, stack: str, parameters: dict[str, str], tags: dict[str, str] | None = None
) -> None:
    RECORDED.mkdir(parents=True, exist_ok=True)
    number = len(list(RECORDED.glob("*.record.json")))
    phase = os.environ.get("PHASE", "deploy")
    folder = RECORDED / f"{number:02}.{phase}"
    shutil.copytree(
        path.parent,
        folder,
        ignore=shutil.ignore_patterns("node_modules", "*.zip"),
        dirs_exist_ok=True,
    )
    content: dict[str, Any] = {
        "phase": phase,
        "stack": stack,
        "template": str(folder / path.name),
        "parameters": parameters,
        "tags": tags or {},
    }
    (RECORDED / f"{number:02}.record.json").write_text(json.dumps(content), encoding="utf-8")


def _option(arguments: list[str], name: str) -> str:
    return arguments[arguments.index(name) + 1] if name in arguments else ""


if __name__ == "__main__":
    sys.exit(main())

"""What a build is made of before its commands run: source, buildspec text, values of variables."""

import io
import json
import os
import re
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from embedded_aws.services.codebuild.phases import PhaseFailure
from embedded_aws.sessions.role_session import RoleSession

CLONED = frozenset({"BITBUCKET", "GITHUB", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED"})
SECRET = re.compile(r"(arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:[^:]+)(?::(.*))?$")


def fetch(project: Mapping[str, Any], acting: RoleSession, into: Path) -> None:
    """Put the project's source into a folder, as the service role may read it."""
    into.mkdir()
    given = project.get("source") or {}
    kind = given.get("type", "NO_SOURCE")
    if kind == "NO_SOURCE":
        return
    if kind in CLONED:
        _clone(given["location"], into)
        return
    if kind != "S3":
        message = f"the embedded CodeBuild cannot fetch sources of type {kind}"
        raise PhaseFailure("CLIENT_ERROR", message)
    bucket, key = given["location"].removeprefix("arn:aws:s3:::").split("/", 1)
    extract(_object(acting, bucket, key), into)


def _clone(url: str, into: Path) -> None:
    """Clone as the user of this machine may: there are no connections here.

    https://docs.aws.amazon.com/codebuild/latest/userguide/access-tokens.html
    """
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    command = ["git", "clone", "--quiet", "--", url, str(into)]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise PhaseFailure("CLIENT_ERROR", f"this machine has no git: {error}") from error
    if done.returncode:
        raise PhaseFailure("CLIENT_ERROR", f"git cannot clone {url}: {done.stderr.strip()[-500:]}")


def buildspec_text(project: Mapping[str, Any], acting: RoleSession, source: Path) -> str:
    """The buildspec: inline, an object in S3, or a file of the source."""
    text = str((project.get("source") or {}).get("buildspec") or "buildspec.yml")
    if text.startswith("arn:"):
        bucket, key = text.split(":::", 1)[1].split("/", 1)
        return _object(acting, bucket, key).decode()
    if "\n" in text or text.lstrip().startswith("{"):
        return text
    file = source / text
    if not file.is_file():
        raise PhaseFailure("YAML_FILE_ERROR", "YAML file does not exist")
    return file.read_text()


def value_of(variable: Mapping[str, str], acting: RoleSession) -> str:
    """The value of an environment variable, looked up where its type says."""
    kind, value = variable.get("type", "PLAINTEXT"), variable["value"]
    try:
        if kind == "PARAMETER_STORE":
            answer = acting.client("ssm").get_parameter(Name=value, WithDecryption=True)
            return str(answer["Parameter"]["Value"])
        if kind == "SECRETS_MANAGER":
            return _secret(acting.client("secretsmanager"), value)
    except (ClientError, BotoCoreError) as error:
        raise PhaseFailure("CLIENT_ERROR", f"{variable['name']}: {error}") from error
    return str(value)


def _object(acting: RoleSession, bucket: str, key: str) -> bytes:
    try:
        body = acting.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except (ClientError, BotoCoreError) as error:
        raise PhaseFailure("CLIENT_ERROR", f"{error} for primary source") from error
    return bytes(body)


def extract(archive: bytes, into: Path) -> None:
    """Unpack a source archive with the permissions that it was packed with."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            for entry in packed.infolist():
                path = Path(packed.extract(entry, into))
                mode = entry.external_attr >> 16 & 0o777
                if mode and path.is_file():
                    path.chmod(mode | 0o600)
    except zipfile.BadZipFile as error:
        raise PhaseFailure("CLIENT_ERROR", "the source is not a ZIP archive") from error


def _secret(client: Any, reference: str) -> str:
    """A secret named as `<id>:<json key>:<stage>:<version>`, the last three optional."""
    arn = SECRET.match(reference)
    identifier, rest = (arn[1], arn[2] or "") if arn else (reference.partition(":")[::2])
    key, stage, version = [*rest.split(":"), "", "", ""][:3]
    request = {"SecretId": identifier, "VersionStage": stage, "VersionId": version}
    answer = client.get_secret_value(**{k: v for k, v in request.items() if v})
    text = str(answer["SecretString"])
    return str(json.loads(text)[key]) if key else text

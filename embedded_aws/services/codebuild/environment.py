"""A build's environment, made from nothing: the machine's credentials and profiles stay outside."""

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedded_aws.sessions.caller import endpoint

# How this machine reaches its package registries; a build image would know its own way.
PASSED_ON = (
    "ALL_PROXY", "CURL_CA_BUNDLE", "HTTPS_PROXY", "HTTP_PROXY", "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE", "all_proxy", "http_proxy",
    "https_proxy",
)  # fmt: skip
PASSED_ON_PREFIXES = ("npm_config_", "NPM_CONFIG_", "PIP_", "UV_")
# Commands of ours that stand before the machine's own: the AWS CLI with its endpoint set right.
OWN_TOOLS = Path(__file__).parent / "tools"
# Settings and caches of the tools, found where the user's home is, which the build does not see.
HOME_FILES = {
    "NPM_CONFIG_USERCONFIG": ".npmrc",
    "PIP_CONFIG_FILE": ".config/pip/pip.conf",
    "NPM_CONFIG_CACHE": ".npm",
    "PIP_CACHE_DIR": ".cache/pip",
}
# Deployment tools poll for the pace of AWS; ours is faster. None may phone home from a laptop.
TOOLS = {
    "SLS_AWS_MONITORING_FREQUENCY": "300",
    "SAM_CLI_POLL_DELAY": "0.3",
    "NODE_NO_WARNINGS": "1",
    "SLS_TELEMETRY_DISABLED": "1",
    "SLS_NOTIFICATIONS_MODE": "off",
    "SAM_CLI_TELEMETRY": "0",
}


def machine_environment(home: Path, temporary: Path, outside: Mapping[str, str]) -> dict[str, str]:
    """What the build gets from the machine that it runs on."""
    passed = {
        name: value
        for name, value in outside.items()
        if name in PASSED_ON or name.startswith(PASSED_ON_PREFIXES)
    }
    user = Path(outside.get("HOME", "/nonexistent"))
    known = {name.lower() for name in passed}
    files = {
        name: str(user / path)
        for name, path in HOME_FILES.items()
        if name.lower() not in known and (user / path).exists()
    }
    direct = "127.0.0.1,localhost"  # whatever the proxy, AWS is here
    exempt = outside.get("NO_PROXY") or outside.get("no_proxy")
    return {
        **passed,
        **files,
        "NO_PROXY": f"{exempt},{direct}" if exempt else direct,
        "no_proxy": f"{exempt},{direct}" if exempt else direct,
        "PATH": os.pathsep.join(
            [str(OWN_TOOLS), _absolute(outside.get("PATH", os.defpath)), *_pythons(outside)]
        ),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "USER": "codebuild",
        "CI": "true",
        # Commands find the endpoint although their SDK does not look for it.
        "NODE_OPTIONS": f'--require="{OWN_TOOLS / "aws-sdk-2.cjs"}"',
        "PYTHONPATH": str(OWN_TOOLS / "python_path"),
        **TOOLS,
    }


def _pythons(outside: Mapping[str, str]) -> list[str]:
    """Where pyenv has versions of Python, the newest first: `python3.13` is found by its name.

    They come last, so that they change no command that the machine has; CodeBuild's image has
    several versions, too, and SAM builds a function with that of its runtime.
    https://github.com/pyenv/pyenv#locating-pyenv-provided-python-installations
    """
    root = Path(outside.get("PYENV_ROOT") or f"{outside.get('HOME', '/nonexistent')}/.pyenv")
    found = root.glob("versions/[0-9]*.[0-9]*.[0-9]*/bin")
    return [str(one) for one in sorted(found, key=_version, reverse=True) if one.is_dir()]


def _version(folder: Path) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", folder.parent.name)]


def _absolute(path: str) -> str:
    """The same search path from any directory; an empty entry would mean the current one."""
    return os.pathsep.join(str(Path(entry).absolute()) for entry in path.split(os.pathsep) if entry)


def service_environment(
    build: Mapping[str, Any], project: Mapping[str, Any], *, region: str, source: Path
) -> dict[str, str]:
    """What CodeBuild tells every build.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
    """
    return {
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        # Nothing in a build can reach real AWS: no endpoint but ours, no metadata service.
        "AWS_ENDPOINT_URL": endpoint(),
        "AWS_EC2_METADATA_DISABLED": "true",
        "CODEBUILD_BUILD_ARN": build["arn"],
        "CODEBUILD_BUILD_ID": build["id"],
        "CODEBUILD_BUILD_IMAGE": (project.get("environment") or {}).get("image", ""),
        "CODEBUILD_BUILD_NUMBER": str(build["buildNumber"]),
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_INITIATOR": build["initiator"],
        "CODEBUILD_KMS_KEY_ID": build["encryptionKey"],
        "CODEBUILD_LOG_PATH": build["logs"].get("streamName", ""),
        "CODEBUILD_RESOLVED_SOURCE_VERSION": "",
        "CODEBUILD_SOURCE_REPO_URL": (build.get("source") or {}).get("location", ""),
        "CODEBUILD_SOURCE_VERSION": build.get("sourceVersion") or "",
        "CODEBUILD_SRC_DIR": str(source),
        "CODEBUILD_START_TIME": str(int(time.time() * 1000)),
    }

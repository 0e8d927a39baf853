"""What a dossier was made with: packages, Python, and the reference's sources."""

import platform
from importlib.metadata import PackageNotFoundError, version

from lambdas.reference.actions import versions as reference_versions

PACKAGES = ("boto3", "botocore", "aws-lambda-powertools")


def versions() -> dict[str, str]:
    """What this dossier was made with."""
    found = {"python": platform.python_version(), **reference_versions()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found

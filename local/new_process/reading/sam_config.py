"""What a samconfig.toml gives SAM's commands, by the environments that it knows.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.new_process.folder import Folder

NAMES = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
DEFAULT = "default"
PAIR = re.compile(r"""([A-Za-z0-9]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S*))""")
# Of the team's own account: the sandbox has neither, and SAM refuses a bucket beside --resolve-s3.
FOREIGN = ("s3_bucket", "profile")


@dataclass(frozen=True, slots=True, kw_only=True)
class SamConfig:
    """A configuration beside the template.

    Attributes:
        file: its path, or empty. environments: what `sam deploy` is given, by environment.
    """

    file: str = ""
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def stages(self) -> tuple[str, ...]:
        """The environments beside the default one."""
        return tuple(one for one in self.environments if one != DEFAULT)

    def of(self, environment: str) -> Mapping[str, Any]:
        """What is given in an environment, or in the default one."""
        return self.environments.get(environment) or self.environments.get(DEFAULT, {})

    def overrides(self, environment: str) -> dict[str, str]:
        """The template's parameters that are given."""
        raw = self.of(environment).get("parameter_overrides")
        text = " ".join(map(str, raw)) if isinstance(raw, list) else str(raw or "")
        return {name: quoted or single or bare for name, quoted, single, bare in PAIR.findall(text)}

    @property
    def foreign(self) -> tuple[str, ...]:
        """Its keys that name what only the team's own account has."""
        given = {key for one in self.environments.values() for key in one}
        return tuple(one for one in FOREIGN if one in given)


def sam_config(folder: Folder, template: str) -> SamConfig:
    """The configuration beside a template."""
    place = template.rpartition("/")[0]
    file = folder.first(*(f"{place}/{one}" if place else one for one in NAMES))
    if not file:
        return SamConfig()
    environments = {
        name: given
        for name, one in folder.mapping(file).items()
        if isinstance(one, dict) and (given := _given(one))
    }
    return SamConfig(file=file, environments=environments)


def _given(environment: Mapping[str, Any]) -> dict[str, Any]:
    """What `sam deploy` is given, over what every command is given."""
    found: dict[str, Any] = {}
    for command in ("global", "deploy"):
        section = environment.get(command)
        parameters = section.get("parameters") if isinstance(section, dict) else None
        found |= parameters if isinstance(parameters, dict) else {}
    return found

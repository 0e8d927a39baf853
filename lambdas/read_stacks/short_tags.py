"""YAML as CloudFormation takes it: dates are text, short tags are functions.

Imported where a template is YAML: PyYAML would make every start slower.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from typing import Any

import yaml

from lambdas.reference.stacks.intrinsics import long_form

YamlError = yaml.YAMLError


def load(text: str) -> Any:  # noqa: ANN401  # what YAML holds
    """Read YAML.

    Raises:
        YamlError: it is none.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506


class _Loader(yaml.SafeLoader):
    """A safe loader with tags of its own."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _function(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = None
    return long_form(tag, value)


_Loader.add_multi_constructor("!", _function)

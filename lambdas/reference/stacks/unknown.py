"""What cannot be known before a deployment, within texts: one letter that no template holds."""

import re

from lambdas.model.iam.template import Template, Wildcard

UNKNOWN = "\ue0f5"  # of Unicode's private area, so that a name's own `*` stays a star
_WILD = re.compile(r"([*?])")


def is_unknown(value: object) -> bool:
    """Whether nothing at all is known of a value."""
    return isinstance(value, str) and value.strip(UNKNOWN) == "" and value != ""


def holds_unknown(value: object) -> bool:
    """Whether a part of a text is not known."""
    return isinstance(value, str) and UNKNOWN in value


def template_of(arn: str) -> Template:
    """An ARN whose unknown parts, and whose `*` and `?`, stand for any text and any letter."""
    pieces = _WILD.split(arn.replace(UNKNOWN, "*"))
    return Template.of(*(Wildcard(one) if one in ("*", "?") else one for one in pieces))

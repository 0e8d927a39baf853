"""Why nothing can be foretold; each message says what, which one and what to do."""

from lambdas.errors import FencepostError


class UnreadableTemplateError(FencepostError):
    """The template is no template, or holds what nobody can expand here."""


class UnreadablePolicyError(FencepostError):
    """The policy is none that can be compared with."""


class UnreadableKnowledgeError(FencepostError):
    """A file of knowledge is not one that `fencepost learn` wrote."""

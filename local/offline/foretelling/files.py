"""Templates of this machine, opened by paths as they were named."""

from collections.abc import Sequence
from pathlib import Path

from foretell.errors import UnreadableTemplateError
from foretell.templates.reading import LARGEST
from lambdas.model.text import visible


class LocalFiles:
    """See `foretell.templates.opening.Files`."""

    def text(self, path: str) -> str | None:
        """The text of a file; None when there is no such file.

        Raises:
            UnreadableTemplateError: it is no text, or too large to be looked at.
        """
        file = Path(path)
        if "\0" in path or not file.is_file():
            return None
        if file.stat().st_size > 4 * LARGEST:
            raise UnreadableTemplateError(f"{visible(path)} is too large to be a template")
        try:
            return file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise UnreadableTemplateError(
                f"{visible(path)} is no text; name a template in JSON or YAML"
            ) from None

    def is_folder(self, path: str) -> bool:
        """Whether it is a folder."""
        return "\0" not in path and Path(path).is_dir()


def pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE`, several.

    Raises:
        UnreadableTemplateError: one has no `=`.
    """
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise UnreadableTemplateError(f"{option} {visible(text)}: write NAME=VALUE")
        found[name] = value
    return found

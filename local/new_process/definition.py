"""From a draft to the text of process.yaml; names out of the folder can break no line of it."""

from collections.abc import Iterator

import yaml

from lambdas.model.text import visible
from local.new_process.draft import Draft

WIDEST = 1_000_000  # characters: no line is folded


def definition(draft: Draft, *, process: str, source: str, owner: str) -> str:
    """The text of a process.yaml; a question's key is left empty, with the question above it."""
    page = _Page(draft)
    lines = [
        f"# Written by `fencepost new` from {visible(source)}: {visible(draft.tool)}.",
        "# Lines that begin with LOOK and QUESTION are for you; delete them when they are done.",
        *page.entry("description", f"{process}, deployed by {draft.tool}"),
        *page.entry("owner", owner),
        *page.entry("source", source),
        *page.listed("regions", draft.regions),
        *page.variables(),
        *page.mapping("environment", draft.environment),
        *page.build(),
        *page.commands("install", draft.install),
        *page.phases(),
    ]
    return "\n".join([*lines, ""])


class _Page:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._asked = {one.key for one in draft.questions}

    def entry(self, key: str, value: object, indent: str = "", path: str = "") -> Iterator[str]:
        """`key: value`, or `key: ""` when it is asked for."""
        whole = path or key
        yield from self.said(whole, indent)
        yield f"{indent}{key}: {_scalar('' if whole in self._asked else value)}"

    def said(self, key: str, indent: str = "") -> Iterator[str]:
        """What stands above a key."""
        yield from (
            f"{indent}# LOOK: {visible(words)}" for at, words in self._draft.notes if at == key
        )
        for one in self._draft.questions:
            if one.key == key:
                yield f"{indent}# QUESTION: {visible(one.asks)}"

    def listed(self, key: str, values: tuple[str, ...]) -> Iterator[str]:
        yield from self.said(key)
        if values:
            yield f"{key}: [{', '.join(map(_scalar, values))}]"

    def variables(self) -> Iterator[str]:
        if not self._draft.variables:
            return
        yield from self.said("variables")
        yield "variables:"
        for one in self._draft.variables:
            key = f"variables.{one.name}"
            yield from self.said(key, "  ")
            prove = "" if key in self._asked else one.prove
            yield f"  {one.name}: {{learn: {_scalar(one.learn)}, prove: {_scalar(prove)}}}"

    def mapping(self, key: str, values: tuple[tuple[str, str], ...]) -> Iterator[str]:
        if not values:
            return
        yield from self.said(key)
        yield f"{key}:"
        for name, value in values:
            yield from self.entry(name, value, "  ", f"{key}.{name}")

    def build(self) -> Iterator[str]:
        if not self._draft.runtimes and not self._draft.privileged:
            return
        yield from self.said("build")
        versions = ", ".join(
            f"{name}: {_quoted(version)}" for name, version in self._draft.runtimes
        )
        yield "build:"
        if versions:
            yield f"  runtimes: {{{versions}}}"
        if self._draft.privileged:
            yield "  privileged: true"

    def commands(
        self, key: str, commands: tuple[str, ...], indent: str = "", path: str = ""
    ) -> Iterator[str]:
        yield from self.said(path or key, indent)
        if not commands:
            if path:
                yield f"{indent}{key}: []"
            return
        yield f"{indent}{key}:"
        for one in commands:
            lines = one.split("\n")
            if len(lines) > 1 and _stands_as_it_is(lines):
                yield f"{indent}  - |-"
                yield from (f"{indent}    {line}".rstrip() for line in lines)
            else:
                yield f"{indent}  - {_scalar(one)}"

    def phases(self) -> Iterator[str]:
        yield from self.said("phases")
        yield "phases:"
        for phase in self._draft.phases:
            path = f"phases.{phase.name}"
            yield from self.commands(phase.name, phase.commands, "  ", path)


def _stands_as_it_is(lines: list[str]) -> bool:
    """Whether a block of YAML keeps these lines: it drops blanks at ends, and empty last lines."""
    kept = all(line.isprintable() and line == line.rstrip() for line in lines)
    return kept and bool(lines[-1]) and lines[0][:1] != " "


def _scalar(value: object) -> str:
    """As YAML writes it in one line; within braces and brackets too."""
    if isinstance(value, str) and (value[:1] in "?:-" or any(one in value for one in ",[]{}")):
        return yaml.safe_dump(value, width=WIDEST, default_style="'").strip()
    return yaml.safe_dump(value, width=WIDEST).removesuffix("...\n").strip()


def _quoted(value: str) -> str:
    return yaml.safe_dump(value, width=WIDEST, default_style='"').strip()

"""Stacks of what somebody names: a template, a packaged one with nested stacks, `cdk.out`.

What is beside a template (nested stacks, assemblies) is asked for by path; whoever calls reads it.
"""

import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from foretell.errors import UnreadableTemplateError
from foretell.templates.loops import unrolled
from foretell.templates.reading import Document, read_template
from foretell.templates.sam import TRANSFORM, expanded
from foretell.templates.stack import ArnOf, Stack, StackResource
from lambdas.model.text import visible
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.stacks.unknown import UNKNOWN

NESTED = "AWS::CloudFormation::Stack"
LOOPS = "AWS::LanguageExtensions"
_MANIFEST = "manifest.json"
_PACKAGED = (".serverless/cloudformation-template-update-stack.json", "packaged.yaml")
_PLAIN = ("template.yaml", "template.yml", "template.json")
# The Serverless Framework tags every stack, https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml
_SERVERLESS_BUCKET = "ServerlessDeploymentBucket"
_STAGE = {"STAGE": UNKNOWN}
_DEEPEST = 8  # nested stacks within nested stacks


class Files(Protocol):
    """What lies where, by paths with slashes."""

    def text(self, path: str) -> str | None:
        """The text of a file; None when there is no such file."""

    def is_folder(self, path: str) -> bool:
        """Whether it is a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The stacks of a path, and what could not be opened, a sentence each.

    Attributes:
        tool: the tool that wrote them, where the path tells; empty else.
    """

    stacks: tuple[Stack, ...]
    untold: tuple[str, ...] = ()
    tool: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """Opens templates in one place.

    Attributes:
        name: of the stack; empty where nobody told it.
        given: values of parameters.
        tags: the stack's own, which its resources take over.
    """

    files: Files
    place: ArnContext
    arn_of: ArnOf
    name: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def open(self, path: str) -> Opened:
        """The stacks of a file or a folder.

        Raises:
            UnreadableTemplateError: there is no template, or one that nobody can read.
        """
        if self.files.is_folder(path):
            return self._folder(path)
        return self._whole(self._document(path), self.name or UNKNOWN, self.given)

    def _folder(self, path: str) -> Opened:
        manifest = self.files.text(posixpath.join(path, _MANIFEST))
        if manifest is not None:
            return self._assembly(path, manifest)
        for name in (*_PACKAGED, *(one.rpartition("/")[2] for one in _PACKAGED[:1]), *_PLAIN):
            inner = posixpath.join(path, name)
            if self.files.text(inner) is not None:
                return self.open(inner)
        raise UnreadableTemplateError(
            f"{visible(path)} holds neither manifest.json nor a template: name the template's "
            "file, or have the tool write it first (osls package, cdk synth, sam build)"
        )

    def _assembly(self, path: str, manifest: str) -> Opened:
        try:
            artifacts = json.loads(manifest)["artifacts"]
            found = [
                (
                    str(one["properties"]["templateFile"]),
                    str(one["properties"].get("stackName") or name),
                    dict(one["properties"].get("tags") or {}),
                )
                for name, one in sorted(artifacts.items())
                if one.get("type") == "aws:cloudformation:stack"
            ]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnreadableTemplateError(
                f"{visible(path)}/{_MANIFEST} is no cloud assembly; run cdk synth again"
            ) from None
        if not found:
            raise UnreadableTemplateError(f"{visible(path)} is a cloud assembly without stacks")
        opened = [
            replace(self, tags={**tags, **self.tags})._whole(  # noqa: SLF001 (its own)
                self._document(posixpath.join(path, file)), name, self.given
            )
            for file, name, tags in found
        ]
        return Opened(
            stacks=tuple(stack for one in opened for stack in one.stacks),
            untold=tuple(text for one in opened for text in one.untold),
            tool="cdk",
        )

    def _document(self, path: str) -> Document:
        text = self.files.text(path)
        if text is None:
            raise UnreadableTemplateError(f"there is no {visible(path)}; name a template's file")
        return read_template(text, path)

    def _whole(
        self, document: Document, name: str, given: Mapping[str, str], depth: int = 0
    ) -> Opened:
        document, untold = self._transformed(document, name, given)
        tags = self.tags or (_STAGE if is_serverless(document.content) else {})
        stack = Stack(document, self.place, name, self.arn_of, given, tags)
        stacks, problems = [stack], list(untold)
        for one in stack.resources():
            if one.type != NESTED:
                continue
            inner = self._nested(one, document, depth) if depth < _DEEPEST else None
            if inner is None:
                problems.append(
                    f"{visible(one.logical_id)} is a stack whose template cannot be read here: "
                    "check it as well, with --stack-name"
                )
            else:
                stacks += inner.stacks
                problems += inner.untold
        return Opened(stacks=tuple(stacks), untold=tuple(problems))

    def _nested(self, one: StackResource, document: Document, depth: int) -> Opened | None:
        raw = document.content["Resources"][one.logical_id]
        metadata = raw.get("Metadata") if isinstance(raw, dict) else None
        asset = metadata.get("aws:asset:path") if isinstance(metadata, dict) else None
        url = asset or one.properties.get("TemplateURL")
        if not isinstance(url, str) or "://" in url or UNKNOWN in url:
            return None
        path = posixpath.join(posixpath.dirname(document.path), url)
        text = self.files.text(path)
        if text is None:
            return None
        given = one.properties.get("Parameters")
        values = {
            str(key): ",".join(map(str, value)) if isinstance(value, list) else str(value)
            for key, value in (given.items() if isinstance(given, dict) else ())
        }
        name = nested_name(one)
        return self._whole(read_template(text, path), name, values, depth + 1)

    def _transformed(
        self, document: Document, name: str, given: Mapping[str, str]
    ) -> tuple[Document, tuple[str, ...]]:
        names = list(_transforms(document.content.get("Transform")))
        content: Mapping[str, Any] = document.content
        shown = visible(document.path) or "the template"
        if LOOPS in names or "Fn::ForEach::" in str(content.keys() | content["Resources"].keys()):
            plain = Stack(document, self.place, name, self.arn_of, given)
            content = unrolled(content, plain.resolved, shown)
        if TRANSFORM in names:
            content = expanded(content, self.place, given, shown)
        strange = sorted(set(names) - {LOOPS, TRANSFORM})
        untold = tuple(
            f"{shown} is changed by the macro {visible(one)} when it is deployed, and nobody here "
            "knows how"
            for one in strange
        )
        return replace(document, content=content, sent=document.content), untold


def nested_name(one: StackResource) -> str:
    """What a nested stack is called: CloudFormation puts random letters behind it."""
    return f"{one.stack}-{one.logical_id}-{UNKNOWN}"


def is_serverless(content: Mapping[str, Any]) -> bool:
    """Whether the Serverless Framework wrote a template: it tells the bucket that it uploads to."""
    outputs = content.get("Outputs")
    return isinstance(outputs, dict) and f"{_SERVERLESS_BUCKET}Name" in outputs


def _transforms(raw: Any) -> Iterator[str]:  # noqa: ANN401 (a text, a mapping, or a list of them)
    for one in raw if isinstance(raw, list) else [raw]:
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield str(one.get("Name", "Fn::Transform"))

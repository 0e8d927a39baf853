"""AWS's "operation -> authorized actions" tables, each row with how its condition is known.

What is compiled stands alone: whoever evaluates it needs no other file of the reference.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lambdas.reference.compile.request_paths import RequestShape, shapes_of
from lambdas.reference.compile.sources import Sources, read_curated

Row = dict[str, Any]
PAGES = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
READ = "2026-11-29"  # when the tables were transcribed
PASS_ROLE = "iam:PassRole"  # noqa: S105  # an action, no secret


def compile_authorized_actions(
    sources: Sources, operations: Mapping[str, Any], homes: Mapping[str, str]
) -> dict[str, Any]:
    """The file of all transcribed services.

    Args:
        sources: botocore's models, for where the elements of requests stand.
        operations: the compiled rules of operations.yaml.
        homes: the IAM prefix of each of botocore's services.
    """
    tables = read_curated("authorized_actions/tables")
    known = _Known(operations)
    return {
        "read": READ,
        "services": {
            service: _service(service, table, known, shapes_of(service, table, sources, homes))
            for service, table in sorted(tables.items())
        },
        "beside": _beside(known, sources, homes),
    }


def _beside(known: "_Known", sources: Sources, homes: Mapping[str, str]) -> dict[str, Any]:
    """By prefix and operation, what a service does in another with its caller's permissions."""
    found: dict[str, dict[str, list[Row]]] = {}
    for service, operations in read_curated("authorized_actions/beside")["services"].items():
        table = {"prefix": homes[service], "operations": operations}
        shapes = shapes_of(service, table, sources, homes)
        own = found.setdefault(homes[service], {})
        for operation, rows in sorted(operations.items()):
            own[operation] = [
                known.finished(one["action"], one, "", operation, service, shapes[operation])
                for one in rows
            ]
    return dict(sorted(found.items()))


def _service(
    service: str, table: Mapping[str, Any], known: "_Known", shapes: Mapping[str, RequestShape]
) -> dict[str, Any]:
    page = PAGES + table["source"]
    prefix = table.get("prefix", service)
    own: dict[str, Any] = {"page": page, "prefix": prefix}
    if "extent" in table:
        own["extent"] = table["extent"]
    own["operations"] = {
        name: {
            "always": [_split(text)[0] for text in listed["always"]],
            "sometimes": [
                row
                for text in listed["sometimes"]
                for row in known.rows(service, prefix, name, text, page, shapes)
            ],
        }
        for name, listed in sorted(table["operations"].items())
    }
    return own


class _Known:
    """What is known of rows, the most particular first."""

    def __init__(self, operations: Mapping[str, Any]) -> None:
        self._curated = read_curated("authorized_actions/conditions")
        self._operations = operations
        roles = read_curated("pass_role")
        self._elements, self._also = roles["elements"], roles["also"]

    def rows(
        self,
        service: str,
        prefix: str,
        operation: str,
        text: str,
        page: str,
        shapes: Mapping[str, RequestShape],
    ) -> Iterator[Row]:
        """A row of the table as rows of the file: one, or one for every receiver of a role."""
        action, receivers = _split(text, self._curated["not_ours"])
        shape = shapes.get(operation, RequestShape())
        found = (
            list(self._particular(service, operation, action))
            or list(self._ruled(prefix, operation, action, shape))
            or list(self._classed(prefix, operation, action, receivers, shape))
        )
        also = self._also.get(f"{prefix}.{operation}") or self._also.get(prefix, [])
        for row in found:
            if action == PASS_ROLE and "never" not in row:
                own = row.pop("receiver", None)
                named = [own] if isinstance(own, str) else own or receivers
                row["receivers"] = list(dict.fromkeys([*named, *also])) if receivers else []
        if action == PASS_ROLE and found:
            receivers_named = {one for row in found for one in row.get("receivers", receivers)}
            left = [one for one in receivers if one not in receivers_named]
            found += [{"known": "unknown", "receivers": left}] if left else []
        for row in found or [{"known": "unknown"}]:
            if action == PASS_ROLE and "receivers" not in row:
                row["receivers"] = receivers
            yield self.finished(action, row, page, operation, service, shape)

    def _particular(self, service: str, operation: str, action: str) -> Iterator[Row]:
        rows = self._curated["operations"].get(service, {}).get(operation, ())
        yield from (dict(one) for one in rows if one["action"] == action)

    def _ruled(
        self, prefix: str, operation: str, action: str, shape: RequestShape
    ) -> Iterator[Row]:
        """What operations.yaml knows, and API Gateway's verbs."""
        documented = {"known": "documented", "source": self._curated["documented"].get(prefix, "")}
        if prefix == "apigateway" and shape.verb:
            if action == f"apigateway:{shape.verb}":
                yield {
                    **documented,
                    "resource": f"arn:${{Partition}}:apigateway:${{Region}}::{shape.uri}",
                }
            return
        rule = self._operations.get(prefix, {}).get(operation)
        if isinstance(rule, dict) and "partiql" in rule:
            words = self._curated["partiql"].get(action, ())
            if words:
                yield {**documented, "when": dict.fromkeys(rule["partiql"], words)}
        for one in rule if isinstance(rule, list) else ():
            if one["action"] == action:
                yield {**one, **documented}

    def _classed(
        self, prefix: str, operation: str, action: str, receivers: list[str], shape: RequestShape
    ) -> Iterator[Row]:
        for one in self._curated["classes"]:
            fits = re.fullmatch(one["rows"], action) and re.fullmatch(
                one.get("operations", r"\w+"), operation
            )
            found = list(self._of_class(one, prefix, action, receivers, shape)) if fits else []
            if found:
                yield from found
                return

    def _of_class(
        self,
        one: Mapping[str, Any],
        prefix: str,
        action: str,
        receivers: list[str],
        shape: RequestShape,
    ) -> Iterator[Row]:
        """The rows of a class; none where the request has no element that brings them about."""
        kept = ("known", "source", "never", "resource", "tags")
        row = {key: one[key] for key in kept if key in one}
        if "members" not in one:
            when = {"when": _named(one["when"], action)} if "when" in one else {}
            if not one.get("members_needed") or shape.has(when["when"]):
                yield {**row, **when}
            return
        aside = (one.get("except", ""), one.get("except_in", ""))
        if one.get("passes"):
            yield from self._passed(row, prefix, shape.named(one["members"], *aside), receivers)
            return
        paths = shape.nearest(one["members"], *aside)
        if paths:
            yield {**row, "when": paths}

    def _passed(
        self, row: Row, prefix: str, paths: Iterable[str], receivers: list[str]
    ) -> Iterator[Row]:
        """One row for every receiver, with the elements whose roles it receives."""
        elements = self._elements.get(prefix, {})
        groups: dict[tuple[str, ...], list[str]] = {}
        for path in paths:
            leaf = path.removesuffix(".*").rpartition(".")[2].lower()
            named = elements.get(leaf, "")
            # Where the page and AWS's other pages tell of different ones, either may be meant.
            services = (
                [named] if named in receivers else [*receivers, named] if named else receivers
            )
            groups.setdefault(tuple(services), []).append(path)
        for receiver, names in sorted(groups.items()):
            templates = [f"{{{one}}}" for one in names]
            yield {**row, "receiver": list(receiver), "when": names, "resource": templates}

    def finished(
        self, action: str, row: Row, page: str, operation: str, service: str, shape: RequestShape
    ) -> Row:
        """In the one form of the file."""
        api = self._curated["operations"].get(service, {}).get("api", "")
        source = row.get("source") or page
        spelled = self._curated["spelled"]
        done: Row = {"action": action, "known": row["known"]}
        for key in ("when", "unless"):
            if key in row:
                done[key] = list(_conditions(row[key], lambda path: shape.spellings(path, spelled)))
        if "resource" in row:
            templates = [row["resource"]] if isinstance(row["resource"], str) else row["resource"]
            done["resource"] = [one for text in templates for one in shape.templates(text, spelled)]
        for key in ("receivers", "never", "through", "tags"):
            if key in row:
                done[key] = row[key]
        done["source"] = api.format(operation=operation) if source == "api" else source
        return done


def _split(text: str, not_ours: str = "") -> tuple[str, list[str]]:
    """A row's action, and who receives the role where it passes one."""
    action, _, rest = text.partition(" -> ")
    receivers = [one.strip() for one in re.split(r"[,|]", rest) if "." in one]
    return action, [one for one in receivers if not (not_ours and re.fullmatch(not_ours, one))]


def _named(when: Any, action: str) -> Any:  # noqa: ANN401 (YAML)
    return {path: action if value == "{action}" else value for path, value in dict(when).items()}


def _conditions(rule: Any, spellings: Any) -> Iterator[Any]:  # noqa: ANN401 (YAML)
    """Paths, and pairs of a path and what stands there."""
    if isinstance(rule, dict):
        for path, values in rule.items():
            for value in values if isinstance(values, list) else [values]:
                yield from ([one, value] for one in spellings(path))
        return
    for path in [rule] if isinstance(rule, str) else rule:
        name, _, query = path.partition("?")
        yield from ([one, f"*?{query}=*"] if query else one for one in spellings(name))

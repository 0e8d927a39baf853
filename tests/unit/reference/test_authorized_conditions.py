"""The reviewed conditions of AWS's tables: each is of a row, and of requests as botocore knows them."""

import re
from functools import cache
from typing import Any

from lambdas.reference.compile.events import homes_of
from lambdas.reference.compile.request_paths import RequestShape, shapes_of
from lambdas.reference.compile.services import compile_services
from lambdas.reference.compile.sources import Sources, read_curated, read_sources
from lambdas.reference.request_elements import elements, filled

# What CloudTrail alone spells so, and what callers name themselves: keys of maps.
_OTHERS = re.compile(
    r"bucketname|principaltags|delete\.object\..*|parameters\.automationassumerole\..*"
    r"|runbooks\..*\.automationassumerole\..*|definition\.assumerole|.*\.connectionarn|.*@json.*"
)


@cache
def curated() -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        read_curated("authorized_actions/tables"),
        read_curated("authorized_actions/conditions"),
    )


@cache
def sources() -> tuple[Sources, dict[str, str]]:
    read = read_sources()
    return read, homes_of(read, compile_services(read))


@cache
def shapes(service: str) -> dict[str, RequestShape]:
    return shapes_of(service, curated()[0][service], *sources())


def test_every_condition_is_of_a_row_that_aws_lists() -> None:
    tables, conditions = curated()
    strange = [
        (service, operation, row["action"])
        for service, operations in conditions["operations"].items()
        for operation, rows in operations.items()
        if operation != "api"
        for row in rows
        if not any(
            row["action"] == text.partition(" -> ")[0]
            for text in tables[service]["operations"][operation]["sometimes"]
        )
    ]
    assert strange == []


def test_every_path_of_a_condition_is_one_of_the_request() -> None:
    strange = []
    for service, operations in curated()[1]["operations"].items():
        for operation, rows in operations.items():
            for row in rows if operation != "api" else ():
                shape = shapes(service)[operation]
                known = {one.lower() for one in (*shape.elements, *shape.located)}
                strange += [
                    (service, operation, path)
                    for path in _paths(row)
                    if path.lower() not in known and not _OTHERS.fullmatch(path.lower())
                ]
    assert strange == []


def test_every_path_of_what_a_service_does_as_its_caller_is_one_of_the_request() -> None:
    read, homes = sources()
    strange = []
    for service, operations in read_curated("authorized_actions/beside")["services"].items():
        table = {"prefix": homes[service], "operations": operations}
        own = shapes_of(service, table, read, homes)
        for operation, rows in operations.items():
            known = {one.lower() for one in (*own[operation].elements, *own[operation].located)}
            strange += [
                (service, operation, path)
                for row in rows
                for path in _paths(row)
                if not {path.lower(), f"{path.rpartition('.')[0].lower()}.*"} & known
            ]
    assert strange == []


def test_every_documented_condition_names_a_page_of_aws() -> None:
    for table in read_curated("authorized_actions/tables").values():
        assert re.fullmatch(r"list_[\w-]+\.html", table["source"])
    for rows in curated()[1]["operations"].values():
        for operation, listed in rows.items():
            for row in listed if operation != "api" else ():
                assert row["known"] in {"documented", "inferred", "unknown"}
                source = row.get("source", "api")
                assert source == "api" or source.startswith("https://docs.aws.amazon.com/")


def test_a_path_reads_the_json_of_a_text() -> None:
    request = {"policyDocument": '{"RoleArn": "arn:aws:iam::123456789012:role/r"}'}
    path = "policyDocument.@json.RoleArn"
    assert list(elements(request, path)) == ["arn:aws:iam::123456789012:role/r"]
    assert list(elements({"policyDocument": "{"}, path)) == []


def test_a_template_that_is_one_element_keeps_it_as_it_is() -> None:
    arn = "arn:aws:apigateway:eu-west-1::/restapis/a/stages/s"
    assert filled("{resourceArn}", {"resourceArn": arn}) == (arn,)


def _paths(row: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for key in ("when", "unless"):
        told = row.get(key, [])
        found += [told] if isinstance(told, str) else list(told)
    templates = row.get("resource", [])
    for text in [templates] if isinstance(templates, str) else templates:
        found += [one.partition("|")[0] for one in re.findall(r"(?<!\$)\{([^{}]+)\}", text)]
    return found

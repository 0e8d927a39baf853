"""Definitions of REST APIs, imported and put, and patches, as API Gateway takes them."""

import json
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from local.connection import Connection

pytestmark = pytest.mark.local
GET = {"get": {"x-amazon-apigateway-integration": {"type": "MOCK"}}}


def definition(title: str, *paths: str, **more: Any) -> dict[str, Any]:
    return {
        "openapi": "3.0.1",
        "info": {"title": title, "version": "1"},
        "paths": dict.fromkeys(paths, GET),
        **more,
    }


def paths(client: Any, api: str) -> list[str]:
    return sorted(one["path"] for one in client.get_resources(restApiId=api, limit=500)["items"])


def test_a_definition_is_imported_and_put_with_its_paths_and_settings(embedded: Connection) -> None:
    client = embedded.client("apigateway")
    first = definition("shop", "/a/b", **{"x-amazon-apigateway-binary-media-types": ["image/png"]})

    api = client.import_rest_api(
        body=json.dumps(first).encode(), parameters={"endpointConfigurationTypes": "EDGE"}
    )
    client.create_deployment(restApiId=api["id"], stageName="dev")
    imported = paths(client, api["id"])
    client.put_rest_api(
        restApiId=api["id"], mode="merge", body=yaml.safe_dump(definition("shop", "/c")).encode()
    )
    merged = paths(client, api["id"])
    put = client.put_rest_api(
        restApiId=api["id"], mode="overwrite", body=json.dumps(definition("new", "/d")).encode()
    )

    assert (api["name"], api["binaryMediaTypes"], api["endpointConfiguration"]["types"]) == (
        "shop",
        ["image/png"],
        ["EDGE"],
    )
    assert (imported, merged) == (["/", "/a", "/a/b"], ["/", "/a", "/a/b", "/c"])
    assert (put["name"], put["rootResourceId"], paths(client, api["id"])) == (
        "new",
        api["rootResourceId"],
        ["/", "/d"],
    )
    assert [one["stageName"] for one in client.get_stages(restApiId=api["id"])["item"]] == ["dev"]


def test_what_is_patched_has_its_own_type(embedded: Connection) -> None:
    client = embedded.client("apigateway")
    api = client.create_rest_api(name="patched", minimumCompressionSize=10)["id"]

    def patched(path: str, value: str, op: str = "replace") -> Any:
        return client.update_rest_api(
            restApiId=api, patchOperations=[{"op": op, "path": path, "value": value}]
        )

    assert patched("/minimumCompressionSize", "1024")["minimumCompressionSize"] == 1024
    assert "minimumCompressionSize" not in patched("/minimumCompressionSize", "")
    assert patched("/disableExecuteApiEndpoint", "true")["disableExecuteApiEndpoint"] is True
    assert patched("/binaryMediaTypes/image~1png", "", "add")["binaryMediaTypes"] == ["image/png"]
    assert patched("/binaryMediaTypes/image~1png", "a/b")["binaryMediaTypes"] == ["a/b"]
    assert patched("/binaryMediaTypes/a~1b", "", "remove")["binaryMediaTypes"] == []
    patched("/endpointConfiguration/types/EDGE", "REGIONAL")
    assert client.get_rest_api(restApiId=api)["endpointConfiguration"]["types"] == ["REGIONAL"]


@pytest.mark.parametrize("value", ["-1", "x", "99999999999"])
def test_a_size_that_cannot_be_is_refused(embedded: Connection, value: str) -> None:
    client = embedded.client("apigateway")
    api = client.create_rest_api(name="sized")["id"]
    patch = [{"op": "replace", "path": "/minimumCompressionSize", "value": value}]

    with pytest.raises(ClientError, match="BadRequestException"):
        client.update_rest_api(restApiId=api, patchOperations=patch)
    with pytest.raises(ClientError, match="BadRequestException"):
        client.put_rest_api(restApiId=api, body=b"[")
    with pytest.raises(ClientError, match="NotFoundException"):
        client.put_rest_api(restApiId="none", body=b"{}")

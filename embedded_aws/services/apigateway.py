"""REST APIs: definitions that are imported and put, and patches of what is no text.

MiniStack imports definitions for stacks alone, and keeps the text of every patch.
https://docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html,
https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateRestApi.html,
https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateRestApi-Patch
"""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from embedded_aws.ministack import services

Response = tuple[int, dict[str, str], bytes]
Json = dict[str, Any]
BAD = "BadRequestException"
COMPRESSION, SWITCH, MEDIA = (
    "minimumCompressionSize", "disableExecuteApiEndpoint", "binaryMediaTypes",
)  # fmt: skip
INFORMATION = {"title": "name", "version": "version", "description": "description"}
LARGEST = 10_485_760  # bytes, of minimumCompressionSize
ENDPOINTS = ("EDGE", "REGIONAL", "PRIVATE")
ONE_API = re.compile(r"/restapis/([^/]+)/?")
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
EXTENSIONS = {
    "x-amazon-apigateway-binary-media-types": MEDIA,
    "x-amazon-apigateway-minimum-compression-size": COMPRESSION,
    "x-amazon-apigateway-policy": "policy",
    "x-amazon-apigateway-api-key-source": "apiKeySource",
}


def install() -> None:
    """Answer what MiniStack answers wrongly, and leave the rest to it."""
    api = services.service("apigateway_v1")
    handle, update = api.handle_request, api._update_rest_api

    async def handling(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Any:
        one = ONE_API.fullmatch(path)
        mode = api._qp(query, "mode") or ""
        if method == "POST" and path.rstrip("/") == "/restapis" and mode == "import":
            return _imported(api, body, query)
        if method == "PUT" and one:
            return _put(api, one[1], body, overwrite=mode == "overwrite")
        return await handle(method, path, headers, body, query)

    def updating(api_id: str, data: Mapping[str, Any]) -> Any:
        operations, lists = _apart(data.get("patchOperations") or [])
        try:
            values = [_typed(one) for one in operations]
        except ValueError as error:
            return api._v1_error(BAD, str(error), 400)
        answer = update(api_id, {**data, "patchOperations": values})
        found = api._rest_apis.get(api_id)
        if found is None or not lists:
            return answer
        for one in lists:
            _patch_list(found, one)
        return api._v1_response(api._rest_api_view(found))

    api.handle_request, api._update_rest_api = handling, updating


def _imported(api: Any, body: bytes, query: Mapping[str, Any]) -> Response:
    definition = _definition(body)
    if definition is None:
        return _unreadable(api)
    kinds = api._qp(query, "endpointConfigurationTypes")
    base: Json = {"endpointConfiguration": {"types": str(kinds).split(",")}} if kinds else {}
    api_id = api._import_rest_api(definition, {**base, **_settings(definition)})
    return api._v1_response(api._rest_api_view(api._rest_apis[api_id]), 201)  # type: ignore[no-any-return]


def _put(api: Any, api_id: str, body: bytes, *, overwrite: bool) -> Response:
    """Merge a definition into an API, or put it in the place of all but its stages."""
    found = api._rest_apis.get(api_id)
    if found is None:
        return api._v1_error("NotFoundException", "Invalid API identifier specified", 404)  # type: ignore[no-any-return]
    definition = _definition(body)
    if definition is None:
        return _unreadable(api)
    information = definition.get("info") or {}
    found.update(_settings(definition))
    found.update(
        {key: str(information[name]) for name, key in INFORMATION.items() if information.get(name)}
    )
    if overwrite:
        root = next(one for one in api._resources[api_id].values() if one.get("path") == "/")
        api._resources[api_id] = {root["id"]: {**root, "resourceMethods": {}}}
        api._authorizers_v1[api_id] = {}
        api._models[api_id] = {}
    schemes = api._import_security_schemes(api_id, definition)
    for path, item in (definition.get("paths") or {}).items():
        api._import_path_item(api_id, path, item, schemes, definition.get("security"))
    return api._v1_response(api._rest_api_view(found))  # type: ignore[no-any-return]


def _definition(body: bytes) -> Json | None:
    """OpenAPI, as JSON or YAML; None when it is neither."""
    try:
        found = yaml.safe_load(body)
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) and ("swagger" in found or "openapi" in found) else None


def _unreadable(api: Any) -> Response:
    return api._v1_error(BAD, "Invalid OpenAPI input.", 400)  # type: ignore[no-any-return]


def _settings(definition: Mapping[str, Any]) -> Json:
    return {key: definition[name] for name, key in EXTENSIONS.items() if name in definition}


def _apart(operations: list[Json]) -> tuple[list[Json], list[Json]]:
    """Patches of single values, and those of members of lists."""
    lists = [
        one
        for one in operations
        if str(one.get("path", "")).startswith((f"/{MEDIA}/", "/endpointConfiguration/types"))
    ]
    return [one for one in operations if one not in lists], lists


def _typed(operation: Json) -> Json:
    """A patch's text as the value that the API then shows; empty switches compression off."""
    path, value = operation.get("path"), operation.get("value")
    if path == f"/{COMPRESSION}":
        text = str(value if value is not None else "")
        if text and not (text.isdecimal() and int(text) <= LARGEST):
            message = f"Invalid minimum compression size, must be between 0 and {LARGEST}: {text}"
            raise ValueError(message)
        return {**operation, "value": int(text) if text else None}
    if path == f"/{SWITCH}":
        if str(value).lower() not in ("true", "false"):
            message = f"Invalid value for {SWITCH}: {value}"
            raise ValueError(message)
        return {**operation, "value": str(value).lower() == "true"}
    return operation


def _patch_list(found: Json, operation: Json) -> None:
    """`/binaryMediaTypes/image~1png`: a member by its name; `replace` puts another in its place."""
    _, top, *steps = str(operation["path"]).split("/")
    if top == MEDIA:
        owner, key, old = found, MEDIA, steps[-1].replace("~1", "/").replace("~0", "~")
    else:
        owner, key = found.setdefault("endpointConfiguration", {}), "types"
        old = steps[-1] if steps[-1] in ENDPOINTS or steps[-1].isdecimal() else ""
    values = [str(one) for one in owner.get(key) or []]
    old = values[int(old)] if old.isdecimal() and int(old) < len(values) else old
    kind, value = operation.get("op", "replace"), operation.get("value")
    kept = [one for one in values if one != old]
    added = old if kind == "add" else str(value or "") if kind == "replace" else ""
    owner[key] = [*kept, *([added] if added and added not in kept else [])]

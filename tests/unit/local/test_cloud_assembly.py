"""Where the stacks of an assembly are to be."""

import json
from pathlib import Path

import pytest

from local.deploy.cloud_assembly import assets_of, place_of, stacks_of


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ("aws://unknown-account/unknown-region", ("", "")),
        ("aws://123456789012/unknown-region", ("123456789012", "")),
        ("aws://123456789012/eu-central-1", ("123456789012", "eu-central-1")),
        ("", ("", "")),
    ],
)
def test_a_stack_is_where_the_app_says_else_where_the_credentials_are(
    environment: str, place: tuple[str, str]
) -> None:
    assert place_of({"environment": environment}) == place


def test_a_stack_s_files_are_where_the_stack_is(tmp_path: Path) -> None:
    artifacts = {
        "there": {
            "type": "aws:cloudformation:stack",
            "environment": "aws://123456789012/eu-central-1",
            "properties": {"templateFile": "there.json"},
            "dependencies": ["files"],
        },
        "files": {"type": "cdk:asset-manifest", "properties": {"file": "files.json"}},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    destination = {"bucketName": "assets", "objectKey": "key"}
    files = {"files": {"key": {"source": {"path": "a"}, "destinations": {"one": destination}}}}
    (tmp_path / "files.json").write_text(json.dumps(files))

    ((stack,),) = stacks_of(tmp_path, str)
    (asset,) = assets_of(tmp_path, str)

    assert (stack.account, stack.region) == ("123456789012", "eu-central-1")
    assert (asset.account, asset.region) == (stack.account, stack.region)

"""Approvals: who approved which manifest, and who took an approval back. Both stay for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.model.archive.manifest import FORMAT, digest, sealed
from lambdas.model.execution.platform import Platform

BY_HAND, NARROWER = "by-hand", "narrower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signs, when (ISO 8601, UTC) and why."""

    by: str
    at: str
    note: str = ""


def approval(
    manifest: bytes, content: Mapping[str, Any], signature: Signature, platform: Platform
) -> bytes:
    """`approval.json`: the manifest as bytes and read, who signs, where the run took place."""
    return sealed(
        {
            **_signed(content, signature),
            "verdict": content["verdict"]["kind"],
            "shownOn": platform.value,
            "manifest": digest(manifest),
            "policies": policies_of(content),
        }
    )


def withdrawal(approved: bytes, content: Mapping[str, Any], signature: Signature) -> bytes:
    """`withdrawal.json`: the approval as bytes and read, and who takes it back."""
    return sealed(
        {
            **_signed(content, signature),
            "approval": digest(approved),
        }
    )


def _signed(content: Mapping[str, Any], signature: Signature) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "process": content["process"],
        "run": content["run"],
        "by": signature.by,
        "at": signature.at,
        "note": signature.note,
    }


def policies_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The SHA-256 of each policy that a manifest lists, by its file's name."""
    return {
        one["name"]: one["sha256"]
        for one in manifest["objects"]
        if one["name"].startswith("policy") and one["name"].endswith(".json")
    }

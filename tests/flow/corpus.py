"""The services under realistic names: copies that differ from their originals in the name alone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

HERE = Path(__file__).parent
SERVICES = HERE / "services"
# As public services are called: thirty to sixty characters, hyphens, capitals, digits.
NAMES = {
    "alone": "customer-identity-resolution-service",
    "bucket-events": "media-asset-ingestion-and-virus-scan-v2",
    "bus": "warehouse-returns-inbound-notifications",
    "chat": "RealtimeSupportConversationsBackend",
    "claims": "insurance-claims-intake-orchestration",
    "estate": "platform-shared-foundation-resources-eu-2024-with-everything-that-a-team-may-need-in-one-single-stack-of-many-parts-a1",
    "fan-out": "billing-invoice-fan-out-processor-2024",
    "graph": "CatalogueGraphQLGatewayForPartners",
    "handed": "nightly-ledger-reconciliation-jobs",
    "http-jwt": "library-lending-public-http-api-jwt",
    "letters": "transactional-email-and-letters-service",
    "media": "video-thumbnail-generation-pipeline",
    "members": "loyalty-programme-membership-accounts",
    "rarities": "organisation-wide-rarely-used-building-blocks-collection",
    "rest-keys": "partner-quotation-rest-api-with-usage-keys",
    "streams": "sensor-readings-kinesis-stream-consumers",
    "telemetry": "FleetTelemetryIngestion2Backend",
    "workers": "background-image-processing-workers-eu1",
}
_SERVICE = re.compile(r"^service: (.+)$", re.MULTILINE)
_STACK = re.compile(r'--stack-name "[a-z-]+-\$STAGE"')


def process_name(service: str) -> str:
    """Of the copy."""
    return f"long-{service}"


def long_named(service: str, folder: Path) -> Path:
    """A copy of a service under its long name, as a process of a folder of processes."""
    copy = folder / process_name(service)
    shutil.copytree(SERVICES / service, copy, ignore=shutil.ignore_patterns("node_modules"))
    name = NAMES[service]
    framework = [*copy.glob("*/serverless.yml")]
    if framework:
        _replace(framework[0], _SERVICE, f"service: {name}")
    else:
        _replace(copy / "process.yaml", _STACK, f'--stack-name "{name}-$STAGE"')
    return copy


def _replace(path: Path, pattern: re.Pattern[str], text: str) -> None:
    changed, count = pattern.subn(text, path.read_text(encoding="utf-8"))
    if not count:
        raise ValueError(f"{path} names its service in another way")
    path.write_text(changed, encoding="utf-8")

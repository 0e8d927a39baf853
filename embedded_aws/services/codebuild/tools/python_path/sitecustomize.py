"""What each Python of a build runs first: it gives botocore before 1.31 the build's endpoint.

Newer ones read AWS_ENDPOINT_URL by themselves; clients of an older one would ask real AWS. It is
found wherever a tool has installed it. Pythons of that time read this file, too.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

import os
import sys
from importlib.machinery import PathFinder

TYPE_CHECKING = False  # typing takes longer to load than all of this
if TYPE_CHECKING:
    from typing import Any

SESSION = "botocore.session"
READS_IT = (1, 31)
ENDPOINT = 4  # where create_client takes it, after the service's name


class Finder:
    """Finds botocore's session, and changes it once it is loaded."""

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        """See `importlib.abc.MetaPathFinder`."""
        if name != SESSION:
            return None
        spec: Any = PathFinder.find_spec(name, path, target)
        if spec and spec.loader:
            load = spec.loader.exec_module

            def exec_module(module: "Any") -> None:
                load(module)
                redirect(module)

            spec.loader.exec_module = exec_module
        return spec


def redirect(module: "Any") -> None:
    """Let clients that name no endpoint have that of AWS_ENDPOINT_URL."""
    version = sys.modules["botocore"].__version__.split(".")
    if tuple(int(one) for one in version[:2]) >= READS_IT:
        return
    create = module.Session.create_client

    def create_client(self: "Any", service_name: str, *given: "Any", **named: "Any") -> "Any":
        if len(given) <= ENDPOINT and not named.get("endpoint_url"):
            named["endpoint_url"] = os.environ.get("AWS_ENDPOINT_URL")
        return create(self, service_name, *given, **named)

    module.Session.create_client = create_client


def hand_on() -> None:
    """Run the sitecustomize that this one stands before, if there is one."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (quicker to load)
    others = [one for one in sys.path if os.path.abspath(one or ".") != here]  # noqa: PTH100
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec and spec.loader:
        from importlib.util import module_from_spec  # noqa: PLC0415

        spec.loader.exec_module(module_from_spec(spec))


if os.environ.get("AWS_ENDPOINT_URL"):
    sys.meta_path.insert(0, Finder())
hand_on()

"""Code that a template holds itself: AWS puts its module for custom resources beside it.

Only there, and only if the code names it; code from a bucket must bring its own.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cfn-lambda-function-code-cfnresponsemodule.html
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from embedded_aws.ministack import services

Packed = Callable[..., bytes | None]

_FOLDER = Path(__file__).parent / "inline_modules"
# Where Node and Python find it.
_MODULES = {"cfn-response": "node_modules/cfn-response.js", "cfnresponse": "cfnresponse.py"}


def repair() -> None:
    """Put the module into the archive that MiniStack makes of the code."""
    provisioners = services.service("cloudformation.provisioners")
    provisioners._zip_inline = _with_module(provisioners._zip_inline)


def _with_module(pack: Packed) -> Packed:
    def packed(source: str | None, *more: str) -> bytes | None:
        archive = pack(source, *more)
        wanted = [place for name, place in _MODULES.items() if name in (source or "")]
        if archive is None or not wanted:
            return archive
        held = io.BytesIO(archive)
        with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as file:
            for place in wanted:
                file.write(_FOLDER / Path(place).name, place)
        return held.getvalue()

    return packed

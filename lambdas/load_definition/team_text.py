"""The text of the team's file, as a build exports it: gzip in base64, and not too large."""

import base64
import binascii
import zlib

from lambdas.errors import InvalidEventError, InvalidProcessError
from lambdas.model.definition.team_file import TEAM_FILE_LIMIT

GZIP = 16 + zlib.MAX_WBITS


def team_text(exported: str) -> str:
    """What the file says.

    Raises:
        InvalidEventError: a build did not export this.
        InvalidProcessError: the file is too large, or no text.
    """
    try:
        unpacking = zlib.decompressobj(GZIP)
        packed = base64.b64decode(exported, validate=True)
        content = unpacking.decompress(packed, TEAM_FILE_LIMIT + 1)
    except (binascii.Error, zlib.error) as error:
        raise InvalidEventError(
            f"LoadDefinition's input holds no file as a build exports it: {error}"
        ) from error
    if len(content) > TEAM_FILE_LIMIT:
        raise InvalidProcessError("", f"is larger than {TEAM_FILE_LIMIT} bytes")
    if not unpacking.eof:
        raise InvalidEventError("LoadDefinition's input was cut off: it holds half a file")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8 text ({error.reason} at byte {error.start})"
        raise InvalidProcessError("", problem, line=1) from error

"""Text as a literal of other languages: it stays one literal whatever characters it holds.

Python, YAML and HCL read the same escapes inside double quotes, so one function serves all three;
what interpolates (HCL's templates, CloudFormation's Sub, Python's f-strings) is escaped on top.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping

from lambdas.model.iam.template import Variable
from lambdas.model.text import escape_code, shortened, visible

WIDTH = 96
LONGEST_COMMENT = 600
_ESCAPED = {'"': '\\"', "\\": "\\\\"}
# `${` and `%{` begin a template in HCL; doubling the sign escapes it. Parsers differ on several
# signs in a row and on braces that never close, so only IAM's own escapes are doubled, and other
# signs are written as code points, which never begin a template.
_HCL_TEMPLATE = re.compile(r"(?<!\$)(?P<escape>\$\{[*?$]\})|(?P<signs>[$%]+)(?=\{)")
_PRINTABLE_ASCII = re.compile(r"[ !#-\[\]-~]*")


def escaped(text: str) -> str:
    """What stands between double quotes; ASCII only."""
    if _PRINTABLE_ASCII.fullmatch(text):
        return text
    return "".join(
        _ESCAPED.get(one) or (one if " " <= one <= "~" else escape_code(one)) for one in text
    )


def quoted(text: str) -> str:
    """A literal of Python and YAML."""
    return f'"{escaped(text)}"'


def hcl(pieces: Iterable[str | Variable], names: Mapping[str, str]) -> str:
    """A quoted template of HCL; variables become `${var.name}`."""
    body = ""
    for piece in pieces:
        if isinstance(piece, Variable):
            value = f"var.{names[piece.name]}"
            if piece.joined:
                value = f'replace({value}, "-", "")'
            elif piece.length:
                text = f'"${{{value}}}{escaped(piece.tail)}"' if piece.tail else value
                value = f"substr({text}, 0, {piece.length})"
            body = _without_open_sign(body) + f"${{{value}}}"
        else:
            body += _HCL_TEMPLATE.sub(_hcl_signs, escaped(piece))
    return f'"{body}"'


def sub(pieces: Iterable[str | Variable], names: Mapping[str, str]) -> str:
    """A YAML literal, under CloudFormation's Sub when there is something to fill in.

    No function of CloudFormation cuts a text or takes hyphens out of it: where a variable is cut,
    so many characters stand, and where it is joined any.
    """
    parts = tuple(
        ("?" * piece.length or "*")
        if isinstance(piece, Variable) and (piece.length or piece.joined)
        else piece
        for piece in pieces
    )
    if not any(isinstance(piece, Variable) for piece in parts):
        return quoted("".join(map(str, parts)))
    body = "".join(
        f"${{{names[piece.name]}}}"
        if isinstance(piece, Variable)
        else escaped(piece.replace("${", "${!"))
        for piece in parts
    )
    return f'!Sub "{body}"'


def f_string(pieces: Iterable[str | Variable], names: Mapping[str, str]) -> str:
    """A Python literal, an f-string when there is something to fill in."""
    parts = tuple(pieces)
    if not any(isinstance(piece, Variable) for piece in parts):
        return quoted("".join(map(str, parts)))
    body = "".join(
        f"{{{_python(piece, names[piece.name])}}}"
        if isinstance(piece, Variable)
        else escaped(piece).replace("{", "{{").replace("}", "}}")
        for piece in parts
    )
    return f'f"{body}"'


def _python(variable: Variable, name: str) -> str:
    """An expression within an f-string."""
    if variable.joined:
        return f"{name}.replace('-', '')"
    whole = f"({name} + '{escaped(variable.tail)}')" if variable.tail else name
    return f"{whole}[:{variable.length}]" if variable.length else name


def comment(text: str, indent: str = "") -> list[str]:
    """Lines that begin with `# `; text can neither end the comment nor hide in it."""
    shown = shortened(visible(text), LONGEST_COMMENT, whole_in="report.html")
    width = WIDTH - len(indent)
    lines = textwrap.wrap(shown, width, break_on_hyphens=False, break_long_words=False) or [""]
    return [f"{indent}# {line}".rstrip() for line in lines]


def words_of(name: str) -> list[str]:
    """`orders-api_2` as orders, api, 2; what is no ASCII letter or digit separates."""
    return re.findall(r"[A-Za-z0-9]+", name)


def pascal(name: str) -> str:
    """`orders-api_2` as OrdersApi2."""
    return "".join(word[:1].upper() + word[1:] for word in words_of(name))


def snake(name: str) -> str:
    """`orders-api_2` as orders_api_2."""
    return "_".join(word.lower() for word in words_of(name))


def unique(
    names: Iterable[str], spell: Callable[[str], str], taken: frozenset[str]
) -> dict[str, str]:
    """Each name spelled for another language; a spelling that is taken gets a number."""
    spelled: dict[str, str] = {}
    used = set(taken)
    for name in names:
        base = spell(name)
        candidate, number = base, 1
        while candidate in used:
            number += 1
            candidate = f"{base}{number}"
        used.add(candidate)
        spelled[name] = candidate
    return spelled


def _hcl_signs(match: re.Match[str]) -> str:
    return f"${match['escape']}" if match["escape"] else _code_points(match["signs"])


def _without_open_sign(body: str) -> str:
    kept = body.rstrip("$%")
    return kept + _code_points(body[len(kept) :])


def _code_points(signs: str) -> str:
    return "".join(f"\\u{ord(sign):04x}" for sign in signs)

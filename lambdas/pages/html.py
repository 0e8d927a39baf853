"""HTML that cannot be broken out of: every text is escaped unless it was made here."""

from collections.abc import Iterable
from html import escape

from lambdas.model.iam.template import Template, Variable, Wildcard
from lambdas.model.text import names_in, shortened, visible

LONGEST = 1_500  # characters of one text on the page; the policy itself stands there whole
VOID = frozenset({"br", "hr", "input", "link", "meta", "wbr"})


class Html(str):
    """Markup made by this module; any other str is text."""

    __slots__ = ()


def text(words: str) -> Html:
    """Text as text, with nothing hidden in it."""
    return Html(escape(visible(shortened(words, LONGEST, whole_in="refined.json"))))


def prose(words: str) -> Html:
    """A sentence; the names of actions and resources in it are set as names."""
    pieces = names_in(shortened(words, LONGEST, whole_in="refined.json"))
    return Html("".join(code(one) if is_name else text(one) for one, is_name in pieces))


def whole(words: str) -> Html:
    """A document of several lines, whole."""
    return Html(escape("\n".join(map(visible, words.split("\n")))))


def join(children: Iterable[object]) -> Html:
    """Texts and markup in a row; None is nothing, other iterables are taken apart."""
    return Html("".join(map(_one, children)))


def el(name: str, /, *children: object, **attributes: str | int | bool | None) -> Html:
    """An element. `class_` is class, `data_sid` is data-sid; False and None leave one out."""
    opened = f"<{name}{''.join(_attribute(k, v) for k, v in attributes.items())}>"
    if name in VOID:
        return Html(opened)
    return Html(f"{opened}{join(children)}</{name}>")


def code(words: str) -> Html:
    """A name, broken into lines after its colons and slashes where it must be."""
    return Html(f"<code>{_breakable(text(words))}</code>")


def arn(template: Template) -> Html:
    """A resource: what is variable and what is wild can be seen at once."""
    return Html(f"<code>{''.join(map(_part, template.parts))}</code>")


def _part(part: str | Variable | Wildcard) -> str:
    if isinstance(part, Variable):
        return f"<var>{text(str(part))}</var>"
    shown = text(Template.of(part).render({}))
    return f"<mark>{shown}</mark>" if isinstance(part, Wildcard) else _breakable(shown)


def _breakable(shown: str) -> str:
    return shown.replace(":", ":<wbr>").replace("/", "/<wbr>")


def _one(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return text(child)
    if isinstance(child, int):
        return f"{child:,}"
    return join(child)  # type: ignore[arg-type]  # what else there is to take apart


def _attribute(name: str, value: str | int | bool | None) -> str:  # noqa: FBT001  # a bare attribute
    if value is None or value is False:
        return ""
    spelled = name.rstrip("_").replace("_", "-")
    return f" {spelled}" if value is True else f' {spelled}="{escape(visible(str(value)))}"'


MOST = 60  # of one kind; the documents beside the report hold all


def more(number: int, where: str) -> Html | None:
    """How many are not shown, and where they stand; nothing when all are."""
    return el("p", f"and {number:,} more {where}", class_="small") if number > 0 else None

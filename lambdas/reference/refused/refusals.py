"""How AWS words a refusal: who was refused what, on what it calls by which name, and by whom.

The one reader of these sentences: records of the trail and the output of tools hold the same ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lambdas.model.iam.action import Action
from lambdas.reference.actions import canonical, resource_types

_QUOTES = "\"'`"
# What a tool makes of quotes when it passes a message on as JSON, HTML or a log line.
_ESCAPED = re.compile(r"\\+(?=[\"'`])|&quot;|&#34;|&#39;|&apos;")
_ACTION = r"[A-Za-z0-9-]{1,64}:[A-Za-z0-9]{1,128}"
# IAM's sentence; the words before and after differ from service to service, these do not.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_SENTENCE = re.compile(
    rf"not authori[sz]ed to perform(?: action)?:? *[\[\"'`]?(?P<action>{_ACTION})"
    # CloudWatch Logs, https://github.com/DataDog/cloudformation-template/pull/61; what stands
    # before it names no action.
    rf"|An additional permission [\"'`]?(?P<more>{_ACTION})[\"'`]? is required"
    # CloudFront, of a function at its edge, with the asterisk that this permission is granted by,
    # https://github.com/serverless-operations/serverless-lambda-edge-pre-existing-cloudfront/issues/36
    rf"|Update the IAM policy to add permission: (?P<add>{_ACTION})\*?"
    # Lambda, of what it reads for its caller, https://github.com/binxio/cfn-lb-ip-address-provider/issues/4
    r"|access has been denied by S3, please make sure your request credentials have permission to "
    r"(?P<read>[A-Za-z]{1,64}) for (?P<object>[^\n\"]{1,1200}?)(?=\.? S3 Error Code|[\s\"]|$)",
    re.IGNORECASE,
)
_WHO = re.compile(r"(?:User|Principal):? [\"'`]?(?P<who>arn:\S{1,2048}?)[\"'`]? (?:is|are) $")
_WITH_TAGS = re.compile(r" with Tags\.?\s+An additional permission", re.IGNORECASE)
_ON = re.compile(r"[\])\"'`]?,? (?:on|for) (?:the )?(?:specified )?resources?:? *", re.IGNORECASE)
_TOKEN = re.compile(r"[^\s\"'`]{1,2048}")
_REASON = re.compile(r"(?:because no|with an explicit)\b")
_CLOSING = ".,;)]}>\"'`"
_EXPLICIT = re.compile(r"with an explicit deny(?: in an? (?P<kind>[A-Za-z -]{3,40}?policy))?")
_BOUNDARY = re.compile(r"with an explicit deny in an? permissions boundary")
# Kinds of policies that limit what others grant: a grant in the role's own policy changes nothing.
# A missing resource-based policy is none: within one account either policy suffices, see
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
_CEILING = re.compile(
    r"because no (?P<kind>permissions boundary|session policy|service control policy"
    r"|resource control policy|VPC endpoint policy) allows",
    re.IGNORECASE,
)
_NEVER = re.compile(r"cross-account pass role is not allowed", re.IGNORECASE)
_REACH = 2_200  # characters before and after a sentence that may belong to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What one sentence says.

    Attributes:
        who: the ARN of the session, role or user; empty where the words do not tell.
        action: as IAM spells it; None when IAM knows of none that is spelled so.
        spelled: the action as it was written.
        kind: the resource type that the words name, such as `role`; empty where they name none.
        name: an ARN, `*`, or a bare name; empty where they name nothing.
        obstacle: what denied it when it was not the lack of a grant; empty otherwise.
        start: where it begins, and `end`: where it ends, in the text without escaped quotes.
    """

    who: str
    action: Action | None
    spelled: str
    kind: str
    name: str
    obstacle: str
    start: int
    end: int


def without_escapes(text: str) -> str:
    r"""The text with plain quotes: `\"` and `&quot;` are how tools pass them on."""
    return _ESCAPED.sub(lambda match: "" if match.group().startswith("\\") else '"', text)


def refusals(text: str) -> Iterator[Refusal]:
    """Every refusal that a text tells, in order; the text is without escapes."""
    for match in _SENTENCE.finditer(text):
        behind = text[match.end() : match.end() + _REACH]
        if match["read"]:
            spelled, name, kind = f"s3:{match['read']}", match["object"].rstrip(_CLOSING), "object"
        else:
            if match["action"] and _WITH_TAGS.match(behind):
                continue  # what is missing is told by the words that follow
            spelled = match["action"] or match["more"] or match["add"]
            kind, name = _named(behind, spelled.partition(":")[0].lower())
        before = text[max(0, match.start() - _REACH) : match.start()]
        who = _WHO.search(before)
        service, _, operation = spelled.partition(":")
        yield Refusal(
            who=who["who"] if who else "",
            action=canonical(Action(service.lower(), operation)),
            spelled=spelled,
            kind=kind,
            name=name,
            obstacle=obstacle_of(
                re.split(r"\n|not authori[sz]ed to perform", behind, maxsplit=1)[0]
            ),
            start=match.start() - (len(who.group()) if who else 0),
            end=match.end(),
        )


def obstacle_of(text: str) -> str:
    """What denied a request beside the lack of a grant, in words; empty when nothing says so."""
    if _NEVER.search(text):
        return "the rule that a role of another account is never passed"
    if _BOUNDARY.search(text):
        return "an explicit deny in a permissions boundary"
    explicit = _EXPLICIT.search(text)
    if explicit:
        kind = explicit["kind"]
        article = "an" if kind and kind[0].lower() == "i" else "a"
        return f"an explicit deny in {article} {kind}" if kind else "an explicit deny"
    ceiling = _CEILING.search(text)
    return f"a missing allow in the {ceiling['kind']}" if ceiling else ""


def _named(behind: str, service: str) -> tuple[str, str]:
    """The kind and the name that stand behind `on resource`."""
    on = _ON.match(behind)
    if on is None:
        return "", ""
    rest = behind[on.end() :].partition("\n")[0]
    if rest[:1] and rest[0] in _QUOTES:
        closing = "[`']" if rest[0] == "`" else rest[0]  # Simple Email Service quotes `so'
        inner = re.split(closing, rest[1:], maxsplit=1)
        return ("", inner[0]) if len(inner) > 1 else ("", "")
    for words, kind in _kinds(service):
        if rest.lower().startswith(f"{words} ") and not _REASON.match(rest[len(words) + 1 :]):
            return kind, _token(rest[len(words) + 1 :])
    return ("", "") if _REASON.match(rest) else ("", _token(rest))


def _kinds(service: str) -> list[tuple[str, str]]:
    """The service's resource types as words, `instance profile`, the longest first."""
    known = {one.name.lower().replace("-", " "): one.name for one in resource_types(service)}
    return sorted(known.items(), key=lambda one: (-len(one[0]), one))


def _token(text: str) -> str:
    match = _TOKEN.match(text.lstrip(_QUOTES + " "))
    return match.group().rstrip(_CLOSING) if match else ""

"""The ids that a service made up for what a call made: told by the answer, and by nothing sent."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from lambdas.collect_evidence.call.call import Call
from lambdas.reference.operation_verbs import creating
from lambdas.reference.shards import shard

_MAKES = re.compile(creating("Start", "Add", "Associate", "Authorize", "Put", "Publish"))
_EC2_ID = re.compile(r"[a-z-]+-[0-9a-f]{8,17}")
_SPEAKS = 3  # letters of a text that an ARN may repeat
_ID = re.compile(r"[\w:.-]{4,128}")


def generated_ids(call: Call) -> tuple[str, ...]:
    """Ids of what the operation makes, sorted; empty where it makes nothing."""
    if not _MAKES.match(call.operation):
        return ()
    texts = call.answer.elements.texts
    ids = {text for name in texts if _is_own(name, call.operation) for text in texts[name]}
    ids.update(text for given in texts.values() for text in given if _is_new(text, call.operation))
    sent = {text for given in call.request.texts.values() for text in given}
    ids.update(_in_arns(call, sent))
    if not ids:
        return ()
    ids = {text.rpartition("/")[2] for text in ids}  # Route 53 answers `/hostedzone/Z0123…`
    return tuple(sorted(one for one in ids - sent - {call.place.account} if _ID.fullmatch(one)))


def _is_new(text: str, operation: str) -> bool:
    """Whether an id of EC2 is of a type that a call makes beside what it is named for.

    RunInstances makes network interfaces too; its subnet and its security groups were there before.
    """
    kinds = shard("resources")
    kind = kinds["ec2_ids"].get(text.rpartition("-")[0]) if _EC2_ID.fullmatch(text) else None
    named = kind is not None and kind.replace("-", "") in operation.lower()
    return kind is not None and (named or kind not in kinds["there_before"])


def _in_arns(call: Call, sent: Collection[str]) -> Iterator[str]:
    """Ids that only an ARN of what is made tells, `permissionSetArn`, in which no name was sent."""
    chosen = [text.lower() for text in sent if len(text) >= _SPEAKS]
    for _, name, arn in call.answer.elements.arns:
        if name != "arn" and not (
            name.endswith("arn") and _is_own(f"{name[:-3]}id", call.operation)
        ):
            continue
        last = re.split(r"[:/]", arn)[-1]
        if not any(text in last.lower() for text in chosen):
            yield last


@lru_cache(maxsize=16_384)
def _is_own(name: str, operation: str) -> bool:
    """Whether an element names what is made: `id`, `uUID`, `fileSystemId` of CreateFileSystem."""
    noun = name.removesuffix("id")
    return name in ("id", "uuid") or (name != noun and bool(noun) and noun in operation.lower())

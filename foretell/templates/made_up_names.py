"""The names that CloudFormation will make up, as far as a template and a stack's name tell them."""

from functools import lru_cache

from lambdas.reference.shards import shard
from lambdas.reference.stacks.stack_types import prefix_of
from lambdas.reference.stacks.unknown import UNKNOWN

_HYPHENS = 2
_SURE = 24  # letters of a logical id that are left however the name is cut
_CALLED = {"iot/topicrule": "iot/rule"}  # by IAM's name of the type


def made_up_name(stack: str, logical_id: str, kind: str) -> str:
    """`<stack>-<logical id>-` and what is drawn; where it will be cut, what is left for sure."""
    table = shard("generated_names")
    if kind in table["without_stack"]:
        name = f"{table['without_stack'][kind]}{logical_id[:_SURE]}{UNKNOWN}"
    elif _iam_type(kind) in table["joined"]:
        name = f"{stack.replace('-', '')}{logical_id}{UNKNOWN}"
    else:
        name = _of_both(stack, logical_id, kind)
    return name.lower() if kind in table["small_letters"] else name


def _of_both(stack: str, logical_id: str, kind: str) -> str:
    table = shard("generated_names")
    drawn = max(table["suffix"]) + max(map(len, table["endings"]))
    room = _longest(_iam_type(kind)) - drawn - _HYPHENS
    if room < 0 or len(stack) + len(logical_id) <= room:
        return f"{stack}-{logical_id}-{UNKNOWN}"
    # Of both the beginnings stay; how they share the room is told by names of real accounts only.
    return f"{stack[: max(room - room // 2, room - len(logical_id)) - 1]}{UNKNOWN}"


@lru_cache(maxsize=1_024)
def _longest(which: str) -> int:
    """How long a name of the type may be, of several kinds the shortest; 0 where none is known."""
    known = shard("generated_names")["longest"]
    return min(
        (known[one] for one in known if one == which or one.startswith(f"{which}/")), default=0
    )


@lru_cache(maxsize=1_024)
def _iam_type(kind: str) -> str:
    """`s3/bucket` of AWS::S3::Bucket, as the table of lengths writes it."""
    own = f"{prefix_of(kind)}/{kind.rsplit('::', 1)[-1]}".lower()
    own = _CALLED.get(own, own)
    return next((one for one in shard("generated_names")["longest"] if _bare(one) == own), own)


def _bare(name: str) -> str:
    return name.replace("-", "")

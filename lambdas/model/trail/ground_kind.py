"""The kinds of grounds that a grant can rest on. A new derivation is a member here and its reader.

`python -m local.new_process.key_tables` writes its switch; a test wants its row of
`docs/refinement.md` and its reader.
"""

from enum import Enum, StrEnum
from typing import Self

OPENED_BY_REPAIR = "*"  # among what evidence says was made up: the `*` of its resource is any text
_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_CLOUDFORMATION = "https://docs.aws.amazon.com/AWSCloudFormation/latest/"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/API/"
_ACTIONS = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
_HANDLERS = "https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/"


class Purpose(StrEnum):
    """What grants of one statement have in common; the value is the Sid's word for it."""

    CYCLE = ""  # what the cycle did, and what its requests needed beside
    PASS_ROLE = "PassRole"  # noqa: S105  # a word, no secret
    SERVICE_LINKED_ROLE = "ServiceLinkedRole"
    NEXT = "OnChange"  # what a clean cycle does not show
    HINT = "ByHint"
    HEADROOM = "Headroom"  # for types that no cycle has used

    @property
    def of_the_cycle(self) -> bool:
        """Whether the cycle that was seen needed it."""
        return self not in {Purpose.NEXT, Purpose.HINT, Purpose.HEADROOM}


class Check(Enum):
    """How IAM's check of a permission relates to the request that an event shows."""

    SAME_REQUEST = "same request"  # what the event says of the request holds for the check
    SAME_WAY = "same way"  # a request of its own that came the same way, perhaps elsewhere
    APART = "apart"  # nothing of the event holds for it


class GroundKind(StrEnum):
    """A kind of ground.

    Attributes:
        because: why a derived permission is there although no event shows it; empty for the others.
        purpose: in which kind of statement it stands.
        check: which conditions it can bear.
        page: where AWS documents it; empty for what is no derivation.
    """

    because: str
    purpose: Purpose
    check: Check
    page: str

    def __new__(
        cls,
        value: str,
        because: str = "",
        page: str = "",
        purpose: Purpose = Purpose.CYCLE,
        check: Check = Check.APART,
    ) -> Self:
        """A member with what is said of it."""
        one = str.__new__(cls, value)
        one._value_ = value
        one.because, one.page, one.purpose, one.check = because, page, purpose, check
        return one

    OBSERVED = "observed", "", "", Purpose.CYCLE, Check.SAME_REQUEST
    DENIED_IN_PROOF = "denied-in-proof", "", "", Purpose.CYCLE, Check.SAME_REQUEST
    HINT = "hint", "", "", Purpose.HINT
    HEADROOM = "headroom", "", "", Purpose.HEADROOM, Check.SAME_REQUEST
    SPLIT = "split", "", "", Purpose.PASS_ROLE
    PASS_ROLE = (
        "pass-role",
        "the request named this role; handing a role to a service leaves no event",
        f"{_IAM}id_roles_use_passrole.html",
        Purpose.PASS_ROLE,
    )
    TAG_ON_CREATE = (
        "tag-on-create",
        "the request sent tags; tagging while creating is authorised, not recorded",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html",
        Purpose.CYCLE,
        Check.SAME_REQUEST,
    )
    TAG_ON_UPDATE = (
        "tag-on-update",
        "the request set tags; that is authorised besides the change, not recorded",
        _ACTIONS,
        Purpose.CYCLE,
        Check.SAME_REQUEST,
    )
    SYSTEM_TAGS = (
        "system-tags",
        "CloudFormation tags what it makes, and the service asks for that, unrecorded",
        f"{_CLOUDFORMATION}TemplateReference/aws-properties-resource-tags.html",
        Purpose.CYCLE,
        Check.SAME_REQUEST,
    )
    CODE_READ = (
        "code-read",
        "the service reads the code as the caller; the trail may not record reads",
        f"{_IAM}access_forward_access_sessions.html",
    )
    TEMPLATE_READ = (
        "template-read",
        "CloudFormation reads the template and what it refers to as the caller, perhaps unrecorded",
        f"{_CLOUDFORMATION}UserGuide/using-iam-template.html",
        Purpose.CYCLE,
        Check.SAME_WAY,
    )
    TRANSFORM = (
        "transform",
        "a transform is authorised as a change set of its own, which no event shows",
        f"{_CLOUDFORMATION}UserGuide/using-iam-template.html",
    )
    KMS_VIA_SERVICE = (
        "kms-via-service",
        "the service uses the key as the caller",
        f"{_IAM}access_forward_access_sessions.html",
    )
    SERVICE_LINKED_ROLE = (
        "service-linked-role",
        "the first use in an account makes the service's own role",
        f"{_IAM}id_roles_create-service-linked-role.html",
        Purpose.SERVICE_LINKED_ROLE,
    )
    NOT_THERE = (
        "not-there",
        "the service tells only callers who may list it that something is missing",
        f"{_S3}API_GetObject.html",
        Purpose.CYCLE,
        Check.SAME_REQUEST,
    )
    VERSIONS_DELETED = (
        "versions-deleted",
        "the call deleted versions, which the trail does not show",
        f"{_S3}API_DeleteObjects.html",
    )
    DEPENDENT_ACTION = (
        "dependent-action",
        "IAM's reference says that this request needs it too",
        _ACTIONS,
    )
    UPDATE = (
        "update",
        "no update of it was seen, but the next deployment may change it",
        f"{_HANDLERS}resource-type-schema.html",
        Purpose.NEXT,
        Check.SAME_REQUEST,
    )
    ROLLBACK = (
        "rollback",
        "no failure was seen, but CloudFormation must be able to undo what it made",
        f"{_HANDLERS}resource-type-schema.html",
        Purpose.NEXT,
        Check.SAME_REQUEST,
    )


DERIVATIONS = tuple(one for one in GroundKind if one.because)  # a hint can switch each off

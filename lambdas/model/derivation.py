"""Why a permission is there although no event shows it: the kinds of grounds and their reasons."""

from __future__ import annotations

PASS_ROLE = "pass-role"  # noqa: S105  # a kind, no secret
SYSTEM_TAGS = "system-tags"
TEMPLATE_READ = "template-read"
TRANSFORM = "transform"
VERSIONS_DELETED = "versions-deleted"
DENIED_IN_PROOF = "denied-in-proof"
OPENED_BY_REPAIR = "*"  # among what evidence says was made up: the `*` of its resource is any text
# Kinds of derivations and why each exists although no event shows the permission.
BECAUSE = {
    "pass-role": "the request named this role; handing a role to a service leaves no event",
    "tag-on-create": "the request sent tags; tagging while creating is authorised, not recorded",
    "tag-on-update": "the request set tags; that is authorised besides the change, not recorded",
    SYSTEM_TAGS: "CloudFormation tags what it makes, and the service asks for that, unrecorded",
    "code-read": "the service reads the code as the caller; the trail may not record reads",
    TEMPLATE_READ: "CloudFormation reads the template, and what that refers to, as the caller, "
    "perhaps unrecorded",
    TRANSFORM: "a transform is authorised as a change set of its own, which no event shows",
    "kms-via-service": "the service uses the key as the caller",
    "service-linked-role": "the first use in an account makes the service's own role",
    "not-there": "that something is not there the service tells only to who may list it",
    "versions-deleted": "it was of versions, which the trail does not show",
    "dependent-action": "IAM's reference says that this request needs it too",
    "update": "no update of it was seen, but the next deployment may change it",
    "rollback": "no failure was seen, but CloudFormation must be able to undo what it made",
}
DERIVATIONS = tuple(BECAUSE)  # each can be switched off by a hint

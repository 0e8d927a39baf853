"""Laws of the reader of refusals: what AWS names is read back, and no text makes a wider grant."""

import string

from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import is_arn
from lambdas.reference.actions import ResourceType, actions_of, facts, services
from lambdas.reference.arn_formats import ArnContext, formats_of
from lambdas.reference.refused.refusals import refusals, without_escapes
from lambdas.reference.refused.refused_resources import is_open, narrowest, resources_named, suits

ACCOUNT = "111122223333"
PLACE = ArnContext(partition="aws", region="eu-west-1", account=ACCOUNT)
WHO = f"arn:aws:sts::{ACCOUNT}:assumed-role/candidate/run.deploy"
REASONS = (
    "because no identity-based policy allows the {action} action",
    "with an explicit deny in a service control policy",
    "",
)
NAMED_BY_IAM = ("role", "user", "group", "policy", "instance-profile")

every_action = st.sampled_from(services()).flatmap(lambda one: st.sampled_from(actions_of(one)))
names = st.text(string.ascii_letters + string.digits + "+=,@_-", min_size=1, max_size=64).map(
    lambda text: f"n{text}n"
)


@st.composite
def an_action_and_its_arn(draw: st.DrawFn) -> tuple[Action, str]:
    """Any action that has resources, with an ARN of one of its types."""
    action = draw(every_action.filter(lambda one: bool(_uses(one))))
    kind = draw(st.sampled_from(_uses(action)))
    form = draw(st.sampled_from(formats_of(kind)))
    arn = form.fill({one: draw(names) for one in form.variables}, PLACE)
    # A recovery point's ARN is that of any service, of any account in the reference's words. A
    # real one names the account, and a `*` there would be anybody's of any service:
    # https://docs.aws.amazon.com/sdk-for-kotlin/api/latest/backup/aws.sdk.kotlin.services.backup.model/-recovery-point-by-resource/recovery-point-arn.html
    of_any_service = form.template.split(":")[2].startswith("$")
    return action, arn.replace(":*:", f":{ACCOUNT}:", 1) if of_any_service else arn


def _uses(action: Action) -> list[ResourceType]:
    known = facts(action)
    return [use.type for use in known.uses if use.type.arns] if known else []


def sentence(action: object, where: str, reason: str) -> str:
    said = reason.format(action=action)
    return f"User: {WHO} is not authorized to perform: {action}{where} {said}".rstrip()


@given(
    an_action_and_its_arn(),
    st.sampled_from(REASONS),
    st.sampled_from(
        ["{}", '"{}"', '\\"{}\\"', '\\\\\\"{}\\\\\\"', "&quot;{}&quot;", "`{}'", "{}."]
    ),
    st.text(max_size=60),
    st.sampled_from(["resource", "the resource", "the specified resource"]),
)
@example(  # of a type that has ARNs of any service
    (
        Action.from_text("backup:SearchRecoveryPoint"),
        f"arn:aws:backup:eu-west-1:{ACCOUNT}:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45",
    ),
    "",
    "{}",
    "",
    "resource",
)
@example(  # a type whose own ARN has a `*` for the region
    (Action.from_text("health:DescribeAffectedEntities"), "arn:aws:health:*::event/EC2/a/*"),
    "",
    "{}",
    "",
    "resource",
)
def test_any_action_and_arn_that_a_sentence_names_are_read_back(
    told: tuple[Action, str], reason: str, quoted: str, before: str, where: str
) -> None:
    action, arn = told
    text = before + "\n" + sentence(action, f" on {where}: {quoted.format(arn)}", reason)

    one = list(refusals(without_escapes(text)))[-1]

    assert (one.action, one.who) == (action, WHO)
    (resource,) = resources_named(one, PLACE)
    assert resource == arn or (":logs:" in arn and resource.endswith(":*"))


@given(st.sampled_from(NAMED_BY_IAM), names, st.sampled_from(REASONS), st.data())
def test_any_name_that_iam_words_is_that_one_resource(
    kind: str, name: str, reason: str, data: st.DataObject
) -> None:
    action = data.draw(
        st.sampled_from([one for one in actions_of("iam") if kind in map(_name, _uses(one))])
    )
    text = sentence(action, f" on resource: {kind.replace('-', ' ')} {name}", reason)

    (one,) = refusals(text)

    assert resources_named(one, PLACE) == (f"arn:aws:iam::{ACCOUNT}:{kind}/{name}",)


def _name(kind: ResourceType) -> str:
    return kind.name


hostile = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            [
                *("*", "?", "${*}", "role *", "user ", "policy arn:", "arn:aws:iam::*:role/*"),
                *(" on resource: ", " is not authorized to perform: ", "iam:PutRolePolicy", "\n"),
                *('"', "\\", "because no ", "with an explicit deny", "arn:*:*:*:*:*", "\x00"),
                *("permission to GetObject for */*", "An additional permission ", " is required"),
            ]
        ),
    ),
    max_size=12,
).map("".join)


@given(hostile)
@example("is not authorized to perform: iam:PutRolePolicy on resource: role *")
@example("is not authorized to perform: iam:PutRolePolicy on resource: role a*")
@example("is not authorized to perform: iam:PassRole on resource: arn:*:*:*:*:*")
@example("is not authorized to perform: backup:SearchRecoveryPoint on resource: arn:aws:rds::*:a:b")
def test_no_text_makes_a_resource_that_is_wider_than_an_arn_it_names(text: str) -> None:
    for one in refusals(without_escapes(text)):
        for resource in resources_named(one, PLACE):
            if resource == "*":
                assert one.name == "*"
            else:
                assert is_arn(resource)
                assert "*" not in ":".join(resource.split(":")[:5])
                assert one.name.startswith("arn:") or not one.kind or not is_open(resource)


@given(every_action)
@example(Action("rtbfabric", "AcceptLink"))  # of three types that share one form of ARN
@example(Action("s3files", "ClientMount"))  # of two that share it: file system, access point
@example(Action("connect", "DeleteQueue"))  # of two, one of which is any queue
def test_what_nothing_names_is_any_of_one_type_at_most(action: Action) -> None:
    resource = narrowest(action, PLACE)

    assert resource == "*" or suits(action, resource)

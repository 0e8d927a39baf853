"""Evidence as any process might leave it: many services, ways and outcomes; names of any text."""

from hypothesis import strategies as st

from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Evidence, Implied, Outcome
from lambdas.model.trail.ground_kind import GroundKind

ACCOUNT = "123456789012"
REGION = "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/fencepost/orders-sandbox"
OTHER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/cdk-exec"
CLOUDFORMATION = "cloudformation.amazonaws.com"
_AT = f"{REGION}:{ACCOUNT}"

# Words, random suffixes, times, hashes, ids: what names are made of.
_WORDS = st.sampled_from(
    (
        *("orders", "dev", "api", "developer", "table", "Queue", "take", "v2", "prod"),
        *("1A2B3C4D5E6F", "abcdef123456", "1790000000000", "2026-11-23T17:00:00.000Z"),
        *("0f9d3c2b1a0f9d3c2b1a0f9d3c2b1a0f", "0a1b2c3d-1111-4222-8333-0a1b2c3d4e5f"),
        *(ACCOUNT, REGION),
    )
)
NAMES = st.lists(_WORDS, min_size=1, max_size=4).map("-".join)
# Whatever a trail may hold; a lone `*` is how evidence says that it does not know.
HOSTILE = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/:"), min_size=1, max_size=24
).filter(lambda text: text.strip("*") != "")

# Action, and the resource for a name; None where IAM knows no resource for the action.
_SUBJECTS: tuple[tuple[str, str | None, str], ...] = (
    ("sqs:CreateQueue", f"arn:aws:sqs:{_AT}:%s", "AWS::SQS::Queue"),
    ("sqs:DeleteQueue", f"arn:aws:sqs:{_AT}:%s", "AWS::SQS::Queue"),
    ("sqs:GetQueueAttributes", f"arn:aws:sqs:{_AT}:%s", ""),
    ("dynamodb:CreateTable", f"arn:aws:dynamodb:{_AT}:table/%s", "AWS::DynamoDB::Table"),
    ("dynamodb:DescribeTable", f"arn:aws:dynamodb:{_AT}:table/%s", ""),
    ("s3:CreateBucket", "arn:aws:s3:::%s", "AWS::S3::Bucket"),
    ("s3:DeleteBucket", "arn:aws:s3:::%s", "AWS::S3::Bucket"),
    ("s3:PutObject", "arn:aws:s3:::bucket-1a2b3c4d5e6f/%s", ""),
    ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/%s", "AWS::IAM::Role"),
    ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/%s", "AWS::IAM::Role"),
    ("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/%s", "AWS::IAM::Role"),
    ("lambda:CreateFunction", f"arn:aws:lambda:{_AT}:function:%s", "AWS::Lambda::Function"),
    ("lambda:GetFunction", f"arn:aws:lambda:{_AT}:function:%s:3", ""),
    ("logs:CreateLogGroup", f"arn:aws:logs:{_AT}:log-group:/aws/lambda/%s", "AWS::Logs::LogGroup"),
    ("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{_AT}:stack/%s/*", ""),
    ("apigateway:DELETE", f"arn:aws:apigateway:{REGION}::/restapis/%s", "AWS::ApiGateway::RestApi"),
    ("kms:Decrypt", f"arn:aws:kms:{_AT}:key/%s", ""),
    ("ec2:DescribeVpcs", None, ""),
    ("cloudformation:ValidateTemplate", None, ""),
    ("states:DescribeExecution", f"arn:aws:states:{_AT}:execution:machine:%s", ""),
    ("nosuchservice:DoThings", f"arn:aws:nosuchservice:{_AT}:thing/%s", ""),
)
_WAYS = st.sampled_from(
    [(), (), (CLOUDFORMATION,), (CLOUDFORMATION,), (CLOUDFORMATION, "dynamodb.amazonaws.com")]
)

# Most requests name what they attach; of some the trail does not tell it.
_ATTACHED = st.sampled_from(
    [
        *((("iam:PolicyARN", f"arn:aws:iam::aws:policy/{name}"),) for name in ("ReadOnly", "Logs")),
        (("iam:PolicyARN", f"arn:aws:iam::{ACCOUNT}:policy/dev-1A2B3C4D5E6F"),),
        (),
    ]
)


@st.composite
def lines(draw: st.DrawFn, names: st.SearchStrategy[str] = NAMES) -> Evidence:
    """One line of evidence."""
    pick = draw(st.sampled_from(_SUBJECTS))
    action, form, made = pick
    name = draw(names)
    resource = "*" if form is None else form.replace("%s", name)
    number = draw(st.integers(1, 9_999))
    via = draw(_WAYS)
    outcome = draw(
        st.sampled_from([Outcome.SUCCEEDED, Outcome.SUCCEEDED, Outcome.FAILED, Outcome.DENIED])
    )
    known = Action.from_text(action)
    phase = draw(st.sampled_from(["deploy", "update", "remove", ""]))
    return Evidence(
        action=known,
        resource=resource,
        outcome=outcome,
        principal=draw(st.sampled_from([ROLE, ROLE, ROLE, OTHER_ROLE])),
        session=f"run.{phase}",
        phase=phase,
        via=via,
        region=REGION,
        event_id=f"event-{number}-{known.name}-{name}",
        time=f"2026-11-23T{number % 24:02d}:{number % 60:02d}:00Z",
        source=f"{known.service}.amazonaws.com",
        name=known.name,
        error="AccessDenied" if outcome is Outcome.DENIED else "",
        implies=_implied(known, resource, name),
        types=(made,) if made and via else (),
        context=draw(_ATTACHED) if known.name == "AttachRolePolicy" else (),
    )


def _implied(action: Action, resource: str, name: str) -> tuple[Implied, ...]:
    if action.name == "CreateFunction":
        return (
            Implied(
                kind=GroundKind.PASS_ROLE,
                action=Action("iam", "PassRole"),
                resource=f"arn:aws:iam::{ACCOUNT}:role/{name}",
                context=(("iam:PassedToService", "lambda.amazonaws.com"),),
            ),
            Implied(
                kind=GroundKind.TAG_ON_CREATE,
                action=Action("lambda", "TagResource"),
                resource=resource,
            ),
        )
    return ()


EVIDENCE = st.lists(lines(), min_size=1, max_size=14)

"""Two change sets of one second, which tools name for it."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection

pytestmark = pytest.mark.local


def deploy(embedded: Connection, stack: str, name: str, kind: str, text: str) -> None:
    cloudformation = embedded.client("cloudformation")
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": text}}
    made = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=name,
        ChangeSetType=kind,
        TemplateBody=json.dumps({"Resources": {"Topic": topic}}),
    )
    cloudformation.execute_change_set(ChangeSetName=made["Id"])
    cloudformation.get_waiter(f"stack_{kind.lower()}_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


def test_a_deployment_that_is_done_leaves_the_second_s_name_to_the_next(
    embedded: Connection,
) -> None:
    stack, name = f"clock-{uuid.uuid4().hex[:8]}", "awscli-cloudformation-package-deploy-1795990321"

    deploy(embedded, stack, name, "CREATE", "first")
    deploy(embedded, stack, name, "UPDATE", "second")


def test_any_other_name_is_taken(embedded: Connection) -> None:
    stack = f"clock-{uuid.uuid4().hex[:8]}"
    deploy(embedded, stack, "release", "CREATE", "first")

    with pytest.raises(ClientError, match=r"ChangeSet \[release\] already exists"):
        deploy(embedded, stack, "release", "UPDATE", "second")

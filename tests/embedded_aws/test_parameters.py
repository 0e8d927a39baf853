"""Parameter Store on the embedded AWS refuses what AWS refuses."""

import pytest

from local.connection import Connection
from tests.embedded_aws.principals import deploy, reasons

pytestmark = pytest.mark.local
NESTED = "docker inspect --format '{{.Id}}'"


def test_a_value_may_not_nest_another(embedded: Connection) -> None:
    ssm = embedded.client("ssm")

    with pytest.raises(ssm.exceptions.ClientError, match="can't nest another parameter"):
        ssm.put_parameter(Name="/nested", Type="String", Value=NESTED)
    ssm.put_parameter(Name="/plain", Type="String", Value="a { { b } }")

    assert ssm.get_parameters(Names=["/nested", "/plain"])["InvalidParameters"] == ["/nested"]


def test_a_stack_whose_parameter_nests_another_fails(embedded: Connection) -> None:
    parameter = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": NESTED, "Name": "/of-a-stack"},
    }

    name, status = deploy(embedded, {"Parameter": parameter})

    assert status == "ROLLBACK_COMPLETE"
    assert "nest another parameter" in reasons(embedded, name)["Parameter"]

"""What a service reads from the account, and what it can do without."""

import pytest

from local.new_process.reading.serverless.lookups import required_lookups


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("key: ${ssm:/shop/key}", ["ssm:/shop/key"]),
        ("key: ${ssm:/shop/${sls:stage}/key}", ["ssm:/shop/${sls:stage}/key"]),
        ("key: ${ssm(us-east-1):/shop/key}", ["ssm(us-east-1):/shop/key"]),
        ("arn: ${cf:shop-${opt:stage, 'dev'}.TableArn}", ["cf:shop-${opt:stage, 'dev'}.TableArn"]),
        ("arn: ${cf.eu-west-1:shop-dev.Out}", ["cf.eu-west-1:shop-dev.Out"]),
        (
            "a: ${ssm:/shop/${sls:stage}/path, ssm:/shop/default/path}",
            ["ssm:/shop/${sls:stage}/path"],
        ),
        ("a: ${ssm:/one} and ${ssm:/two}", ["ssm:/one", "ssm:/two"]),
        ("a: ${opt:key, ${ssm:/shop/key}}", ["ssm:/shop/key"]),
        # Nobody gives these: the build has no such variable and the command no such option.
        ("path: ${ssm:/shop/path, env:SHOP_PATH}", ["ssm:/shop/path"]),
        ("arn: ${env:TABLE_ARN, cf:database-${sls:stage}.Arn}", ["cf:database-${sls:stage}.Arn"]),
    ],
)
def test_what_has_nothing_to_fall_back_on_must_be_there(text: str, needed: list[str]) -> None:
    assert required_lookups(text) == needed


@pytest.mark.parametrize(
    "text",
    [
        'path: ${ssm:/shop/${sls:stage}/path, ssm:/shop/default/path, "/"}',
        "path: ${ssm:/shop/path, ''}",
        "path: ${cf:shop-${sls:stage}.Out, self:custom.out}",
        "account: ${aws:accountId}",
        "stage: ${opt:stage, ssm:/shop/stage}",
        "region: ${env:AWS_REGION}",
        "image: ${ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}",
        "name: ${self:service}-${sls:stage}",
        "arn: !Sub ${AWS::Region}",
        "",
    ],
)
def test_what_falls_back_on_something_need_not_be_there(text: str) -> None:
    assert required_lookups(text) == []

"""Writes that ask for KMS and name no key."""

from embedded_aws.services.s3 import ALGORITHM, KEY, with_key


def test_a_write_that_names_no_key_uses_the_accounts_own() -> None:
    assert with_key({ALGORITHM: "aws:kms"})[KEY].endswith(":alias/aws/s3")


def test_a_named_key_and_other_encryption_stay_as_they_are() -> None:
    for headers in ({ALGORITHM: "aws:kms", KEY: "mine"}, {ALGORITHM: "AES256"}, {}):
        assert with_key(headers) == headers

"""What must survive: the archive of dossiers, and its key."""

from aws_cdk import CfnOutput, Duration, Environment, RemovalPolicy, Stack, aws_kms, aws_s3
from constructs import Construct

from stacks.permissions.acknowledgements import acknowledge
from stacks.settings import Settings


class ArchiveStack(Stack):
    """A bucket that forgets nothing: versions, Object Lock, its own key, kept when the stack goes.

    Governance mode, not compliance: who may bypass it is a matter of IAM, and a mistaken
    retention can be undone (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html).

    Attributes:
        bucket_arn: for other stacks.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        env: Environment | None = None,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Fencepost: what must survive")
        self.key = aws_kms.Key(
            self,
            "Key",
            alias=f"{settings.name}-archive",
            description="Dossiers of Fencepost",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        self.bucket = aws_s3.Bucket(
            self,
            "Archive",
            encryption=aws_s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            object_lock_enabled=True,
            object_lock_default_retention=aws_s3.ObjectLockRetention.governance(
                Duration.days(settings.retention_days)
            ),
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        acknowledge(
            self.bucket,
            "S1",
            because="nothing can be changed without a trace: every version is locked, and who "
            "reads is for the account's own data events to say",
        )
        # Exported by hand: an ARN that is exported on demand changes while it is synthesised.
        self.bucket_arn: str = self.export_value(self.bucket.bucket_arn)
        CfnOutput(self, "ArchiveBucketName", value=self.bucket.bucket_name)

"""The trail of the sandbox: what the cycles do, seen down to single objects, and nobody else's."""

from aws_cdk import (
    Aws,
    Duration,
    RemovalPolicy,
    Stack,
    aws_cloudtrail,
    aws_iam,
    aws_kms,
    aws_s3,
)
from constructs import Construct

from lambdas.model.iam.arn import arn_of
from stacks.permissions import two_accounts
from stacks.permissions.acknowledgements import acknowledge
from stacks.places import Sandbox
from stacks.settings import Settings

READERS = ("await_trail", "collect_evidence")  # steps that read log files
CLOUDTRAIL = aws_iam.ServicePrincipal("cloudtrail.amazonaws.com")


class Trail(Construct):
    """A multi-region trail with its bucket and key.

    Attributes:
        arn: of the trail. Its name is given, because the policies of bucket and key must name the
            trail before there is one.
        bucket_name, bucket_arn: of its bucket, for other stacks.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        sandbox: Sandbox,
        sessions: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.arn = two_accounts.trail_arn(self, settings)
        self._sandbox = sandbox
        self.key = self._key(settings)
        self.bucket = self._bucket(settings)
        self.bucket_name, self.bucket_arn = self._from_outside(settings)
        if sandbox.apart:
            self._let_readers_in(settings)
        self.trail = self._trail(settings, sessions)

    def _key(self, settings: Settings) -> aws_kms.Key:
        key = aws_kms.Key(
            self,
            "Key",
            alias=f"{settings.name}-trail",
            description="Log files of Fencepost's trail",
            enable_key_rotation=True,
            # Not kept when its creation fails: the next try would meet it.
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
        from_trail = {"StringEquals": {"aws:SourceArn": self.arn}}
        for action, condition in (
            ("kms:GenerateDataKey*", from_trail),
            ("kms:DescribeKey", from_trail),
            # The bucket has a bucket key: a trail is then made and changed with this as well.
            ("kms:Decrypt", from_trail),
        ):
            key.add_to_resource_policy(
                aws_iam.PolicyStatement(
                    principals=[CLOUDTRAIL],
                    actions=[action],
                    resources=["*"],
                    conditions=condition,
                )
            )
        return key

    def _bucket(self, settings: Settings) -> aws_s3.Bucket:
        bucket = aws_s3.Bucket(
            self,
            "Bucket",
            bucket_name=two_accounts.bucket_name(settings, self._sandbox) or None,
            encryption=aws_s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                aws_s3.LifecycleRule(
                    expiration=Duration.days(settings.log_days),
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                )
            ],
            # A bucket with log files cannot be deleted with its stack; the lifecycle empties it.
            # One whose creation fails goes: the next try would meet it.
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
        for action, resource, further in (
            ("s3:GetBucketAcl", bucket.bucket_arn, {}),
            (
                "s3:PutObject",
                bucket.arn_for_objects(f"AWSLogs/{Stack.of(self).account}/*"),
                {"s3:x-amz-acl": "bucket-owner-full-control"},
            ),
        ):
            bucket.add_to_resource_policy(
                aws_iam.PolicyStatement(
                    principals=[CLOUDTRAIL],
                    actions=[action],
                    resources=[resource],
                    conditions={"StringEquals": {"aws:SourceArn": self.arn, **further}},
                )
            )
        acknowledge(
            bucket,
            "S1",
            because="the bucket holds logs: logging its reads would log Access Analyzer's reading "
            "of every log file; digests show whether a log file was changed",
        )
        return bucket

    def _from_outside(self, settings: Settings) -> tuple[str, str]:
        """What another stack calls the bucket; one of another account must know its name."""
        if name := two_accounts.bucket_name(settings, self._sandbox):
            return name, arn_of("s3", name, partition=Aws.PARTITION)
        arn: str = Stack.of(self).export_value(self.bucket.bucket_arn)
        return self.bucket.bucket_name, arn

    def _let_readers_in(self, settings: Settings) -> None:
        """The functions that read log files, of the other account; nobody else of it."""
        readers = [two_accounts.step_role(settings, one) for one in READERS]
        through_s3 = two_accounts.through_s3(settings, self._sandbox)
        reads = {
            "s3:GetObject": self.bucket.arn_for_objects("AWSLogs/*"),
            "s3:ListBucket": self.bucket.bucket_arn,
        }
        for action, resource in reads.items():
            self.bucket.add_to_resource_policy(
                aws_iam.PolicyStatement(
                    principals=[two_accounts.home(settings, readers)],
                    actions=[action],
                    resources=[resource],
                )
            )
        self.key.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[two_accounts.home(settings, readers, through_s3)],
                actions=["kms:Decrypt"],
                resources=["*"],
            )
        )

    def _trail(self, settings: Settings, sessions: str) -> aws_cloudtrail.CfnTrail:
        trail = aws_cloudtrail.CfnTrail(
            self,
            "Trail",
            trail_name=settings.name,
            s3_bucket_name=self.bucket.bucket_name,
            is_logging=True,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            kms_key_id=self.key.key_arn,
            advanced_event_selectors=[
                _selector("Management events", {"eventCategory": "Management"}),
                *(_data_events(one, sessions) for one in settings.data_events),
                *(self._of_other_roles(one, settings) for one in self._other_types(settings)),
            ],
        )
        if self.bucket.policy:
            trail.node.add_dependency(self.bucket.policy)
        return trail

    @staticmethod
    def _other_types(settings: Settings) -> tuple[str, ...]:
        return settings.data_events if settings.data_event_roles else ()

    def _of_other_roles(
        self, resource_type: str, settings: Settings
    ) -> aws_cloudtrail.CfnTrail.AdvancedEventSelectorProperty:
        """Those of roles that the cycles assume or hand on, or of all but Fencepost's own.

        Nor any on its buckets: the trail's own deliveries would be recorded, and delivered.
        """
        account = self._sandbox.account or Aws.ACCOUNT_ID
        roles = arn_of("sts", "assumed-role/", partition=Aws.PARTITION, account=account)
        names = [name for name in settings.data_event_roles if name != "*"]
        own = arn_of("s3", f"{settings.name}-", partition=Aws.PARTITION)
        return _selector(
            f"{resource_type} of other roles",
            {"eventCategory": "Data", "resources.type": resource_type},
            aws_cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(
                field="userIdentity.arn",
                starts_with=[f"{roles}{name}" for name in names] or None,
                not_starts_with=None if names else [f"{roles}{settings.name}-"],
            ),
            *(
                [
                    aws_cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(
                        field="resources.ARN", not_starts_with=[own]
                    )
                ]
                if resource_type.startswith("AWS::S3::")
                else []
            ),
        )


def _data_events(
    resource_type: str, sessions: str
) -> aws_cloudtrail.CfnTrail.AdvancedEventSelectorProperty:
    """Data events cost by the event: only those of the cycles' sessions are recorded."""
    return _selector(
        f"{resource_type} of the cycles",
        {"eventCategory": "Data", "resources.type": resource_type},
        _field("userIdentity.arn", starts_with=sessions),
    )


def _selector(
    name: str,
    equal: dict[str, str],
    *further: aws_cloudtrail.CfnTrail.AdvancedFieldSelectorProperty,
) -> aws_cloudtrail.CfnTrail.AdvancedEventSelectorProperty:
    return aws_cloudtrail.CfnTrail.AdvancedEventSelectorProperty(
        name=name,
        field_selectors=[*(_field(key, equals=one) for key, one in equal.items()), *further],
    )


def _field(
    field: str, *, equals: str = "", starts_with: str = ""
) -> aws_cloudtrail.CfnTrail.AdvancedFieldSelectorProperty:
    return aws_cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(
        field=field,
        equal_to=[equals] if equals else None,
        starts_with=[starts_with] if starts_with else None,
    )

"""Which services honour which condition keys: facts, with their sources."""

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-calledvia
_CALLED_VIA = """
    aoss athena backup cloud9 cloudformation databrew dataexchange dynamodb imagebuilder
    kms mgn nimble omics ram robomaker servicecatalog-appregistry sqlworkbench
"""
# https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
_VIA_SERVICE = """
    backup cassandra codeartifact dynamodb ec2 ecr elasticfilesystem es fsx glue kafka
    kinesis lambda mq rds redshift s3 secretsmanager sns sqs ssm timestream
"""
# Their calls are recorded in one region whatever region they act on; S3's bucket operations may be
# answered by another region than the client asked.
_GLOBAL = """
    account artifact aws-portal billing budgets ce chatbot cloudfront consolidatedbilling
    cur freetier globalaccelerator health iam importexport invoicing networkmanager
    organizations payments pricing route53 route53domains s3 savingsplans shield sts
    support tax trustedadvisor waf
"""

# Services that aws:CalledVia names when they call others for somebody.
CALLED_VIA = frozenset(f"{name}.amazonaws.com" for name in _CALLED_VIA.split())
# Services that use keys as their caller: kms:ViaService is set then.
VIA_SERVICE = frozenset(_VIA_SERVICE.split())
# Services for which aws:RequestedRegion says nothing.
GLOBAL = frozenset(_GLOBAL.split())
# Keys that a policy can rely on, because the service sets them on every such request.
SURE_KEYS = frozenset(
    {"iam:PassedToService", "iam:AWSServiceName", "kms:ViaService", "ec2:CreateAction"}
)
# Set where a change set imports, and only there: AWS's own example denies imports by it.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security_iam_id-based-policy-examples.html
IMPORTED = "cloudformation:ImportResourceTypes"

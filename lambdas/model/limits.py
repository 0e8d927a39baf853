"""Quotas and limits of AWS that the code relies on, in one place, each with AWS's own page."""

from typing import Final

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MANAGED_POLICY_LIMIT: Final = 6_144  # characters without white space
POLICIES_PER_ROLE: Final = 10  # managed ones; the default, which can be raised

# https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-quotas.html; none is adjustable
GENERATIONS_A_DAY: Final = 50
FEW_GENERATIONS_A_DAY: Final = 5
FEW_GENERATIONS_REGIONS: Final = frozenset(
    {"af-south-1", "ap-east-1", "ap-southeast-3", "eu-south-1", "me-south-1"}
)

# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
TRAILS_PER_REGION: Final = 5

# https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
FILTERS_PER_TOPIC: Final = 200  # filter policies; the default, which can be raised

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
SUBJECT_LIMIT: Final = 99  # UTF-8 without line breaks or control characters, under 100
# SNS takes 262,144 bytes; so does a state, which escapes quotes and line breaks,
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MAIL_LIMIT: Final = 100_000  # bytes of UTF-8

# https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
CAUSE_LIMIT: Final = 32_768  # characters

# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
STANDARD_PARAMETER_LIMIT: Final = 4_096  # characters
ADVANCED_PARAMETER_LIMIT: Final = 8_192  # characters; such parameters cost

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
FULL_CORE: Final = 1_769  # MiB of memory with which a function has one core

# https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html
BUILD_TIMEOUT: Final = (5, 2_160)  # minutes
BUILD_QUEUE_TIMEOUT: Final = (5, 480)  # minutes

# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
SESSION_NAME_LIMIT: Final = 64  # characters

# EventBridge takes 256 KB; the state that passes events on passes the mail, too,
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
EVENT_LIMIT: Final = 16_384  # bytes of one event's detail

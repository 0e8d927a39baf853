"""Grants that an ordinary run does not show, each with its reason; tests/flow keeps the list short.

A grant of Fencepost's own roles that the trail of its runs does not show and that is not here is
one too many.
"""

DELIVERY = "Step Functions sets its log up with the role, when the machine is deployed"
BEFORE = "a boundary of an earlier run is compared, and its versions are deleted"
WHY = "asked when a phase has failed, and why its stack did"
WATCH = "policies are watched once a day, by a schedule"
# By action, in whatever role of ours; CloudTrail or a fault, never a convenience, is the reason.
UNSEEN = {
    "logs:CreateLogStream": "Lambda and CodeBuild call it before the first line, as themselves",
    "logs:PutLogEvents": "CloudTrail does not record the writing of logs",
    "xray:PutTelemetryRecords": "CloudTrail does not record what tracing sends",
    "xray:PutTraceSegments": "CloudTrail does not record what tracing sends",
    "xray:GetSamplingRules": "CloudTrail does not record what tracing asks",
    "xray:GetSamplingTargets": "CloudTrail does not record what tracing asks",
    "kms:Decrypt": "a service uses the key for the role, and records it as its own call",
    "kms:GenerateDataKey": "a service uses the key for the role, and records it as its own call",
    "ssm:DeleteParameter": "a run approves by rule on AWS alone",
    "ssm:PutParameter": "a run approves by rule on AWS alone",
    "events:PutEvents": "CloudTrail does not record what is put on a bus",
    "events:DescribeRule": "Step Functions keeps its rule for builds, when it is not there yet",
    "events:PutRule": "Step Functions keeps its rule for builds, when it is not there yet",
    "events:PutTargets": "Step Functions keeps its rule for builds, when it is not there yet",
    "codebuild:StopBuild": "when an execution is stopped, so is its build",
    "states:DescribeExecution": "many log files are read in batches, by executions of their own",
    "states:RedriveExecution": "a redriven execution redrives its batches",
    "states:StartExecution": "many log files are read in batches, by executions of their own",
    "ssm:GetParametersByPath": "asked when a run names no known process, and once a day",
    "states:StopExecution": "an execution that is stopped stops its batches",
    "access-analyzer:ListPolicyGenerations": "asked when another generation holds the quota",
    "access-analyzer:CheckNoNewAccess": "asked when there is an approved policy to compare with",
    "iam:GenerateServiceLastAccessedDetails": "Access Analyzer's own; AWS says that it needs it",
    "iam:GetServiceLastAccessedDetails": "Access Analyzer's own; AWS says that it needs it",
    "s3:ListBucket": "without it S3 denies what is not there, and absence must be told from a no",
    "logs:CreateLogDelivery": DELIVERY,
    "logs:DeleteLogDelivery": DELIVERY,
    "logs:DescribeLogGroups": DELIVERY,
    "logs:DescribeResourcePolicies": DELIVERY,
    "logs:GetLogDelivery": DELIVERY,
    "logs:ListLogDeliveries": DELIVERY,
    "logs:PutResourcePolicy": DELIVERY,
    "logs:UpdateLogDelivery": DELIVERY,
    "sqs:SendMessage": "a scheduled start that failed for an hour is kept",
    "iam:CreatePolicyVersion": "a proof narrows a boundary that is there already",
    "iam:DeletePolicyVersion": "a policy of a proof that a person has edited has versions",
    "s3:GetObjectVersion": "CodeBuild asks for a version when a build is started with one",
    "s3:GetBucketAcl": "CodeBuild looks whose bucket its source is in",
    "s3:GetBucketLocation": "CodeBuild looks where its source is",
}
# By a part of the role's name and the action, where other roles show the same action.
UNSEEN_OF = {
    ("DocumentFailure", "cloudformation:DescribeStackEvents"): WHY,
    ("DocumentFailure", "cloudformation:ListStacks"): WHY,
    ("ProvePolicy", "iam:GetPolicyVersion"): BEFORE,
    ("ProvePolicy", "iam:ListPolicyVersions"): BEFORE,
    ("Schedules", "lambda:InvokeFunction"): WATCH,
    ("WatchPolicies", "s3:GetObject"): WATCH,
    ("WatchPolicies", "sns:Publish"): WATCH,
}

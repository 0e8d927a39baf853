# Not attempted on an embedded AWS: the policy of orders. Run 20261123T120000Z-00000017.
# The proof is not part of this workflow yet, so nothing shows that the policy suffices.
# The reason of each permission stands above it; report.html has the events. Values of variables
# hold no *, ? or $, so that none can widen the policy.

variable "name" {
  type        = string
  description = "The beginning of the policies' names."
  default     = "orders"

  validation {
    condition     = !can(regex("[*?$]|&([{]|$)", var.name))
    error_message = "The value may not hold a wildcard or a policy variable."
  }
}

variable "account" {
  type        = string
  description = "The account that the policy reaches into."
  default     = "111122223333"

  validation {
    condition     = !can(regex("[*?$]|&([{]|$)", var.account))
    error_message = "The value may not hold a wildcard or a policy variable."
  }
}

variable "partition" {
  type        = string
  description = "The partition: aws, aws-cn or aws-us-gov."
  default     = "aws"

  validation {
    condition     = !can(regex("[*?$]|&([{]|$)", var.partition))
    error_message = "The value may not hold a wildcard or a policy variable."
  }
}

variable "region" {
  type        = string
  description = "The region that the policy reaches into."
  default     = "eu-west-1"

  validation {
    condition     = !can(regex("[*?$]|&([{]|$)", var.region))
    error_message = "The value may not hold a wildcard or a policy variable."
  }
}

variable "stage" {
  type        = string
  description = "The process's variable stage."
  default     = "dev"

  validation {
    condition     = !can(regex("[*?$]|&([{]|$)", var.stage))
    error_message = "The value may not hold a wildcard or a policy variable."
  }
}

variable "role" {
  type        = string
  description = "Name of a role to attach the policy to; empty attaches it to none."
  default     = ""
}

# For arn:aws:iam::111122223333:role/fencepost-sandbox-orders
data "aws_iam_policy_document" "policy_1" {
  # Create, change and remove the HTTP API, its routes and its stage. Seen in 28 events of deploy
  # and remove, through CloudFormation.
  # Wildcards: API Gateway gives each API an id; no name is part of the ARN.
  statement {
    sid    = "ApiGatewayManage"
    effect = "Allow"

    actions = [
      "apigateway:DELETE",
      "apigateway:GET",
      "apigateway:PATCH",
      "apigateway:POST",
    ]

    resources = [
      "arn:${var.partition}:apigateway:${var.region}::/apis",
      "arn:${var.partition}:apigateway:${var.region}::/apis/*",
    ]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Tag the HTTP API when it is made. No event shows it. Derived (tag-on-create).
  # Wildcards: The tags' path holds the API's ARN, whose id is random.
  statement {
    sid    = "ApiGatewayTags"
    effect = "Allow"

    actions = ["apigateway:PUT"]

    resources = ["arn:${var.partition}:apigateway:${var.region}::/tags/*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Deploy, watch and delete the service's own stack. Seen in 140 events of deploy, update and
  # remove, called directly.
  # Wildcards: CloudFormation ends a stack's ARN with a random UUID.
  statement {
    sid    = "CloudFormationStack"
    effect = "Allow"

    actions = [
      "cloudformation:CreateChangeSet",
      "cloudformation:CreateStack",
      "cloudformation:DeleteChangeSet",
      "cloudformation:DeleteStack",
      "cloudformation:DescribeChangeSet",
      "cloudformation:DescribeStackEvents",
      "cloudformation:DescribeStackResource",
      "cloudformation:DescribeStacks",
      "cloudformation:ExecuteChangeSet",
      "cloudformation:ListStackResources",
    ]

    resources = ["arn:${var.partition}:cloudformation:${var.region}:${var.account}:stack/orders-${var.stage}/*"]
  }

  # Validate the template before it is deployed. Seen in 2 events of deploy and update, called
  # directly.
  # Wildcards: The action has no resource type: IAM accepts nothing narrower.
  statement {
    sid    = "CloudFormationValidate"
    effect = "Allow"

    actions = ["cloudformation:ValidateTemplate"]

    resources = ["*"]
  }

  # Connect the table's stream to its function. Seen in 5 events of deploy and remove, through
  # CloudFormation.
  # Wildcards: DynamoDB names a stream after the time of its creation.
  statement {
    sid    = "DynamoDbStream"
    effect = "Allow"

    actions = [
      "dynamodb:DescribeStream",
      "dynamodb:ListStreams",
    ]

    resources = ["arn:${var.partition}:dynamodb:${var.region}:${var.account}:table/orders-${var.stage}/stream/*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Create and delete the orders table, and wait until it is active. Seen in 20 events of deploy
  # and remove, through CloudFormation.
  statement {
    sid    = "DynamoDbTable"
    effect = "Allow"

    actions = [
      "dynamodb:CreateTable",
      "dynamodb:DeleteTable",
      "dynamodb:DescribeTable",
      "dynamodb:DescribeTimeToLive",
      "dynamodb:UpdateTimeToLive",
    ]

    resources = ["arn:${var.partition}:dynamodb:${var.region}:${var.account}:table/orders-${var.stage}"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Undo a failed change of the orders table. No event shows it. Derived (rollback).
  statement {
    sid    = "DynamoDbTableRollback"
    effect = "Allow"

    actions = [
      "dynamodb:DescribeContinuousBackups",
      "dynamodb:UpdateTable",
    ]

    resources = ["arn:${var.partition}:dynamodb:${var.region}:${var.account}:table/orders-${var.stage}"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Create and remove the nightly rule and its target. Seen in 20 events of deploy and remove,
  # through CloudFormation.
  # Wildcards: CloudFormation ends the bucket's name with 12 random letters and digits.
  statement {
    sid    = "EventsRule"
    effect = "Allow"

    actions = [
      "events:DeleteRule",
      "events:DescribeRule",
      "events:PutRule",
      "events:PutTargets",
      "events:RemoveTargets",
    ]

    resources = ["arn:${var.partition}:events:${var.region}:${var.account}:rule/orders-${var.stage}-*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Hand the execution role to Lambda, and to nothing else. No event shows it. Derived
  # (pass-role).
  statement {
    sid    = "IamPassRoleToLambda"
    effect = "Allow"

    actions = ["iam:PassRole"]

    resources = ["arn:${var.partition}:iam::${var.account}:role/orders-${var.stage}-${var.region}-lambdaRole"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"

      values = ["lambda.amazonaws.com"]
    }
  }

  # Create, read and delete the functions' execution role. Seen in 27 events of deploy and remove,
  # through CloudFormation.
  statement {
    sid    = "IamRole"
    effect = "Allow"

    actions = [
      "iam:CreateRole",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:PutRolePolicy",
    ]

    resources = ["arn:${var.partition}:iam::${var.account}:role/orders-${var.stage}-${var.region}-lambdaRole"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Tag the execution role when it is made. No event shows it. Derived (tag-on-create).
  statement {
    sid    = "IamRoleTags"
    effect = "Allow"

    actions = ["iam:TagRole"]

    resources = ["arn:${var.partition}:iam::${var.account}:role/orders-${var.stage}-${var.region}-lambdaRole"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }
}

resource "aws_iam_policy" "policy_1" {
  name   = "${var.name}-1"
  policy = data.aws_iam_policy_document.policy_1.json
}

resource "aws_iam_role_policy_attachment" "policy_1" {
  count      = var.role == "" ? 0 : 1
  role       = var.role
  policy_arn = aws_iam_policy.policy_1.arn
}

# For arn:aws:iam::111122223333:role/fencepost-sandbox-orders
data "aws_iam_policy_document" "policy_2" {
  # Connect the queue to its function. Seen in 9 events of deploy and remove, through
  # CloudFormation.
  # Wildcards: Each mapping has a UUID; the condition on lambda:FunctionArn keeps it here.
  statement {
    sid    = "LambdaEventSources"
    effect = "Allow"

    actions = [
      "lambda:CreateEventSourceMapping",
      "lambda:DeleteEventSourceMapping",
      "lambda:GetEventSourceMapping",
    ]

    resources = ["*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "lambda:FunctionArn"

      values = ["arn:${var.partition}:lambda:${var.region}:${var.account}:function:orders-${var.stage}-*"]
    }
  }

  # Create, update and remove the service's functions and versions. Seen in 65 events of deploy
  # and remove, through CloudFormation.
  # Wildcards: The service has several functions, and Lambda appends versions.
  statement {
    sid    = "LambdaFunctions"
    effect = "Allow"

    actions = [
      "lambda:AddPermission",
      "lambda:CreateFunction",
      "lambda:DeleteFunction",
      "lambda:GetFunction",
      "lambda:GetFunctionConfiguration",
      "lambda:ListVersionsByFunction",
      "lambda:PublishVersion",
      "lambda:RemovePermission",
      "lambda:UpdateFunctionCode",
      "lambda:UpdateFunctionConfiguration",
    ]

    resources = ["arn:${var.partition}:lambda:${var.region}:${var.account}:function:orders-${var.stage}-*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Read the functions' state, called by the Serverless Framework itself. Seen in 4 events of
  # deploy and update, called directly.
  # Wildcards: The service has several functions, and Lambda appends versions.
  statement {
    sid    = "LambdaFunctionsDirect"
    effect = "Allow"

    actions = ["lambda:GetFunction"]

    resources = ["arn:${var.partition}:lambda:${var.region}:${var.account}:function:orders-${var.stage}-*"]
  }

  # Tag the functions when they are made. No event shows it. Derived (tag-on-create).
  # Wildcards: The service has several functions.
  statement {
    sid    = "LambdaTags"
    effect = "Allow"

    actions = ["lambda:TagResource"]

    resources = ["arn:${var.partition}:lambda:${var.region}:${var.account}:function:orders-${var.stage}-*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Look whether the log groups exist. Seen in 2 events of deploy and remove, through
  # CloudFormation.
  # Wildcards: The action lists; it accepts no narrower resource.
  statement {
    sid    = "LogsDescribe"
    effect = "Allow"

    actions = ["logs:DescribeLogGroups"]

    resources = ["*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Create and delete the functions' log groups. Seen in 9 events of deploy and remove, through
  # CloudFormation.
  # Wildcards: One log group per function.
  statement {
    sid    = "LogsGroups"
    effect = "Allow"

    actions = [
      "logs:CreateLogGroup",
      "logs:DeleteLogGroup",
      "logs:PutRetentionPolicy",
    ]

    resources = ["arn:${var.partition}:logs:${var.region}:${var.account}:log-group:/aws/lambda/orders-${var.stage}-*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Let Lambda read the code that CloudFormation names. No event shows it. Derived (code-read).
  # Wildcards: CloudFormation ends the bucket's name with 12 random letters and digits.
  statement {
    sid    = "S3CodeRead"
    effect = "Allow"

    actions = ["s3:GetObject"]

    resources = ["arn:${var.partition}:s3:::orders-${var.stage}-serverlessdeploymentbucket-*/serverless/orders/${var.stage}/*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Create, protect and delete the deployment bucket. Seen in 27 events of deploy and remove,
  # through CloudFormation.
  # Wildcards: CloudFormation ends the bucket's name with 12 random letters and digits.
  statement {
    sid    = "S3DeploymentBucket"
    effect = "Allow"

    actions = [
      "s3:CreateBucket",
      "s3:DeleteBucket",
      "s3:DeleteBucketPolicy",
      "s3:GetBucketPolicy",
      "s3:PutBucketPolicy",
      "s3:PutEncryptionConfiguration",
    ]

    resources = ["arn:${var.partition}:s3:::orders-${var.stage}-serverlessdeploymentbucket-*"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Look at the deployment bucket before uploading. Seen in 27 events of deploy, update and
  # remove, called directly.
  # Wildcards: CloudFormation ends the bucket's name with 12 random letters and digits.
  statement {
    sid    = "S3DeploymentBucketDirect"
    effect = "Allow"

    actions = [
      "s3:GetBucketLocation",
      "s3:ListBucket",
      "s3:ListBucketVersions",
    ]

    resources = ["arn:${var.partition}:s3:::orders-${var.stage}-serverlessdeploymentbucket-*"]
  }

  # Upload, read and remove the deployment's packages. Seen in 84 events of deploy, update and
  # remove, called directly.
  # Wildcards: CloudFormation ends the bucket's name with 12 random letters and digits. Object
  # names hold the time of the upload.
  statement {
    sid    = "S3DeploymentObjects"
    effect = "Allow"

    actions = [
      "s3:DeleteObject",
      "s3:DeleteObjectVersion",
      "s3:GetObject",
      "s3:PutObject",
    ]

    resources = ["arn:${var.partition}:s3:::orders-${var.stage}-serverlessdeploymentbucket-*/serverless/orders/${var.stage}/*"]
  }

  # Create, read and delete the orders queue. Seen in 14 events of deploy and remove, through
  # CloudFormation.
  statement {
    sid    = "SqsQueue"
    effect = "Allow"

    actions = [
      "sqs:CreateQueue",
      "sqs:DeleteQueue",
      "sqs:GetQueueAttributes",
      "sqs:SetQueueAttributes",
    ]

    resources = ["arn:${var.partition}:sqs:${var.region}:${var.account}:orders-${var.stage}"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }

  # Tag the orders queue when it is made. No event shows it. Derived (tag-on-create).
  statement {
    sid    = "SqsQueueTags"
    effect = "Allow"

    actions = ["sqs:TagQueue"]

    resources = ["arn:${var.partition}:sqs:${var.region}:${var.account}:orders-${var.stage}"]

    condition {
      test     = "ForAnyValue:StringEquals"
      variable = "aws:CalledVia"

      values = ["cloudformation.amazonaws.com"]
    }
  }
}

resource "aws_iam_policy" "policy_2" {
  name   = "${var.name}-2"
  policy = data.aws_iam_policy_document.policy_2.json
}

resource "aws_iam_role_policy_attachment" "policy_2" {
  count      = var.role == "" ? 0 : 1
  role       = var.role
  policy_arn = aws_iam_policy.policy_2.arn
}

#!/usr/bin/env bash
# Takes away the stack and the bucket of its packages, each if it is there.
set -euo pipefail

aws cloudformation delete-stack --stack-name "feedback-$STAGE"
aws cloudformation wait stack-delete-complete --stack-name "feedback-$STAGE"

bucket="feedback-$STAGE-packages-$(aws sts get-caller-identity --query Account --output text)"
if aws s3api head-bucket --bucket "$bucket" 2> /dev/null; then
  aws s3 rb --force "s3://$bucket"
fi

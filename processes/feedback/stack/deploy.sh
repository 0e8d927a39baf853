#!/usr/bin/env bash
# Packages the template into a bucket of the stage and deploys it; further options are passed on.
set -euo pipefail

bucket="feedback-$STAGE-packages-$(aws sts get-caller-identity --query Account --output text)"
if ! aws s3api head-bucket --bucket "$bucket" 2> /dev/null; then
  aws s3 mb "s3://$bucket"
fi
aws cloudformation package --template-file template.yaml --s3-bucket "$bucket" \
  --output-template-file packaged.yaml > /dev/null
aws cloudformation deploy --template-file packaged.yaml --stack-name "feedback-$STAGE" \
  --s3-bucket "$bucket" --parameter-overrides "Stage=$STAGE" \
  --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND "$@"

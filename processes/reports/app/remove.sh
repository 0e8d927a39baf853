#!/usr/bin/env bash
# Takes away the app and its bootstrap. The bootstrap's bucket outlives its stack: empty and delete it.
set -euo pipefail

cdk destroy --force --toolkit-stack-name "reports-$STAGE-toolkit"

account=$(aws sts get-caller-identity --query Account --output text)
bucket="cdk-$QUALIFIER-assets-$account-$AWS_REGION"
aws cloudformation delete-stack --stack-name "reports-$STAGE-toolkit"
aws cloudformation wait stack-delete-complete --stack-name "reports-$STAGE-toolkit"

if ! aws s3api head-bucket --bucket "$bucket" 2>/dev/null; then
  echo "$bucket is gone already"
  exit 0
fi
for kind in Versions DeleteMarkers; do
  found=$(aws s3api list-object-versions --bucket "$bucket" --output json \
    --query "{Objects: $kind[].{Key: Key, VersionId: VersionId}}")
  if grep -q VersionId <<< "$found"; then
    aws s3api delete-objects --bucket "$bucket" --delete "$found" > /dev/null
  fi
done
aws s3api delete-bucket --bucket "$bucket"

#!/usr/bin/env bash
# Makes the mailroom, or changes it when it is there: a queue, a bucket, a function and its role.
set -euo pipefail

account=$(aws sts get-caller-identity --query Account --output text)
bucket="$NAME-letters-$account"
queue_arn="arn:aws:sqs:$AWS_REGION:$account:$NAME"

python3 - <<'END'
import zipfile
with zipfile.ZipFile("sort.zip", "w") as package:
    package.write("src/sort.py", "sort.py")
END

if aws lambda get-function --function-name "$NAME" > /dev/null 2>&1; then
  aws lambda update-function-code --function-name "$NAME" --zip-file fileb://sort.zip > /dev/null
  aws lambda wait function-updated-v2 --function-name "$NAME"
  aws lambda update-function-configuration --function-name "$NAME" --timeout 20 > /dev/null
  aws ssm put-parameter --name "/$NAME/state" --type String --value changed --overwrite > /dev/null
  exit 0
fi

aws s3 mb "s3://$bucket"
aws s3api put-bucket-encryption --bucket "$bucket" --server-side-encryption-configuration \
  '{"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}'
aws s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration \
  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
echo "Nothing is sorted yet" | aws s3 cp - "s3://$bucket/README.txt"
aws sqs create-queue --queue-name "$NAME" --attributes VisibilityTimeout=60 --tags team=mailroom > /dev/null

aws iam create-role --role-name "$NAME" --assume-role-policy-document file://trust.json \
  --tags Key=team,Value=mailroom > /dev/null
aws iam attach-role-policy --role-name "$NAME" \
  --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole
aws iam put-role-policy --role-name "$NAME" --policy-name letters --policy-document \
  '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::'"$bucket"'/*"}]}'
aws logs create-log-group --log-group-name "/aws/lambda/$NAME" --tags team=mailroom
aws logs put-retention-policy --log-group-name "/aws/lambda/$NAME" --retention-in-days 7

# A new role is not known to Lambda at once: ask again, as the documentation says.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  if aws lambda create-function --function-name "$NAME" --runtime python3.13 --handler sort.handler \
    --role "arn:aws:iam::$account:role/$NAME" --zip-file fileb://sort.zip \
    --environment "Variables={BUCKET=$bucket}" --tags team=mailroom > /dev/null 2> refused.txt; then
    break
  fi
  cat refused.txt >&2
  grep -q "cannot be assumed by Lambda" refused.txt
  sleep 3
done
aws lambda wait function-active-v2 --function-name "$NAME"
aws lambda create-event-source-mapping --function-name "$NAME" \
  --event-source-arn "$queue_arn" --batch-size 5 > /dev/null
aws ssm put-parameter --name "/$NAME/state" --type String --value new --tags Key=team,Value=mailroom > /dev/null

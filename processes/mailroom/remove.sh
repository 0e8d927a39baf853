#!/usr/bin/env bash
# Takes away whatever of the mailroom is there: half of one too.
set -uo pipefail
failed=0

gone() { # gone <command>…: it worked, or there was nothing
  "$@" > /dev/null 2> refused.txt && return
  grep -qE "NotFound|NoSuch|NonExistent|does not exist" refused.txt && return
  cat refused.txt >&2
  failed=1
}

account=$(aws sts get-caller-identity --query Account --output text)
for mapping in $(aws lambda list-event-source-mappings --function-name "$NAME" \
  --query 'EventSourceMappings[].UUID' --output text 2> /dev/null); do
  gone aws lambda delete-event-source-mapping --uuid "$mapping"
done
gone aws lambda delete-function --function-name "$NAME"
gone aws logs delete-log-group --log-group-name "/aws/lambda/$NAME"
gone aws iam delete-role-policy --role-name "$NAME" --policy-name letters
gone aws iam detach-role-policy --role-name "$NAME" \
  --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole
gone aws iam delete-role --role-name "$NAME"
gone aws sqs delete-queue --queue-url "$(aws sqs get-queue-url --queue-name "$NAME" --query QueueUrl --output text 2> /dev/null || echo none)"
gone aws s3 rb --force "s3://$NAME-letters-$account"
gone aws ssm delete-parameter --name "/$NAME/state"
exit "$failed"

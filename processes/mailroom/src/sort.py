"""Sorts the mail of a queue into a bucket."""

import os

import boto3


def handler(event, context):
    s3 = boto3.client("s3")
    for record in event["Records"]:
        s3.put_object(Bucket=os.environ["BUCKET"], Key=record["messageId"], Body=record["body"])
    return {"sorted": len(event["Records"])}

"""Writes the report of a day, and says so."""

import json
import os

import boto3


def handler(event, context):
    day = event.get("time", "")[:10]
    figures = boto3.resource("dynamodb").Table(os.environ["TABLE"]).get_item(Key={"day": day})
    body = json.dumps(figures.get("Item", {}), default=str)
    boto3.client("s3").put_object(Bucket=os.environ["SHELF"], Key=f"{day}.json", Body=body)
    boto3.client("sns").publish(TopicArn=os.environ["TOPIC"], Message=f"The report of {day} is there")
    return {"day": day}

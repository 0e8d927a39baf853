import os
import sys

import boto3

name = f"parcels-{os.environ['STAGE']}"
sqs, ssm = boto3.client("sqs"), boto3.client("ssm")

if sys.argv[1] == "deploy":
    sqs.create_queue(QueueName=name)
    ssm.put_parameter(Name=f"/{name}/greeting", Value="hello", Type="String")
elif sys.argv[1] == "update":
    ssm.put_parameter(Name=f"/{name}/greeting", Value="hello again", Type="String", Overwrite=True)
else:
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
    ssm.delete_parameter(Name=f"/{name}/greeting")

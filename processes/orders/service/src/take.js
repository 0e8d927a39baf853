"use strict";

const { DynamoDBClient, PutItemCommand, QueryCommand } = require("@aws-sdk/client-dynamodb");
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");

const table = new DynamoDBClient({});
const queue = new SQSClient({});

const answer = (statusCode, body) => ({ statusCode, body: JSON.stringify(body) });

async function take(order) {
  const item = {
    customer: { S: String(order.customer) },
    id: { S: String(order.id) },
    lines: { S: JSON.stringify(order.lines ?? []) },
  };
  await table.send(new PutItemCommand({ TableName: process.env.TABLE, Item: item }));
  await queue.send(
    new SendMessageCommand({ QueueUrl: process.env.QUEUE, MessageBody: JSON.stringify(order) }),
  );
  return answer(202, { id: order.id });
}

async function ordersOf(customer) {
  const found = await table.send(
    new QueryCommand({
      TableName: process.env.TABLE,
      KeyConditionExpression: "customer = :customer",
      ExpressionAttributeValues: { ":customer": { S: customer } },
    }),
  );
  return answer(200, (found.Items ?? []).map((item) => item.id.S));
}

exports.handler = async (event) =>
  event.httpMethod === "POST"
    ? take(JSON.parse(event.body))
    : ordersOf(event.queryStringParameters?.customer ?? "");

"use strict";

exports.handler = async (event) => ({
  principalId: event.headers?.["x-user"] ?? "nobody",
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: event.methodArn }],
  },
});

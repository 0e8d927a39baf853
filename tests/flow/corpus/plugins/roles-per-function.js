// As serverless-iam-roles-per-function does: each function has a role of its own, here unnamed.
"use strict";

class RolesPerFunction {
  constructor(serverless) {
    this.hooks = { "before:package:finalize": () => this.give(serverless) };
  }

  give(serverless) {
    const resources = serverless.service.provider.compiledCloudFormationTemplate.Resources;
    const functions = Object.entries(resources).filter(([, one]) => one.Type === "AWS::Lambda::Function");
    for (const [id, one] of functions) {
      const role = id.replace(/LambdaFunction$/, "IamRoleLambdaExecution");
      resources[role] = {
        Type: "AWS::IAM::Role",
        Properties: {
          AssumeRolePolicyDocument: {
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
          },
        },
      };
      one.Properties.Role = { "Fn::GetAtt": [role, "Arn"] };
      one.DependsOn = [...(one.DependsOn || []).filter((other) => other !== "IamRoleLambdaExecution"), role];
    }
    delete resources.IamRoleLambdaExecution;
  }
}

module.exports = RolesPerFunction;

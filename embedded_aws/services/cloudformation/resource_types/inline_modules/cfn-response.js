// How a custom resource's function answers CloudFormation, as AWS's module of this name does.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cfn-lambda-function-code-cfnresponsemodule.html
exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";

exports.send = (event, context, status, data, physicalResourceId, noEcho) =>
  new Promise((resolve, reject) => {
    const place = context.logStreamName;
    const body = JSON.stringify({
      Status: status,
      Reason: `See the details in CloudWatch Log Stream: ${place}`,
      PhysicalResourceId: physicalResourceId || place,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      NoEcho: noEcho || false,
      Data: data,
    });
    const url = new URL(event.ResponseURL);
    const headers = { "content-type": "", "content-length": Buffer.byteLength(body) };
    const request = require(url.protocol.slice(0, -1)).request(
      url,
      { method: "PUT", headers },
      (answer) => {
        answer.resume();
        resolve();
        if (context.done) context.done();
      },
    );
    request.on("error", (error) => {
      reject(error);
      if (context.done) context.done(error);
    });
    request.end(body);
  });

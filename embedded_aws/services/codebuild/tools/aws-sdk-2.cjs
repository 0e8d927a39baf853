'use strict';
// The AWS SDK for JavaScript 2 does not read AWS_ENDPOINT_URL; what uses it (Serverless Framework 3)
// would ask real AWS. Node.js loads this file first (NODE_OPTIONS) and gives each client of that SDK,
// however it is required, the endpoint that every other SDK reads by itself.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const Module = require('module');
const path = require('path');

const endpoint = process.env.AWS_ENDPOINT_URL;
const core = path.join('aws-sdk', 'lib', 'core.js');
const load = Module._load;
const done = new WeakSet();

function redirect(sdk) {
  const initialize = sdk.Service.prototype.initialize;
  sdk.Service.prototype.initialize = function (config) {
    initialize.call(this, config);
    if (!this.endpoint || !/\.amazonaws\.com(\.cn)?$/.test(this.endpoint.hostname)) return;
    this.config.s3ForcePathStyle = true;
    this.config.hostPrefixEnabled = false;
    this.config.endpointDiscoveryEnabled = false;
    this.setEndpoint(endpoint);
  };
}

if (endpoint) {
  Module._load = function (request, parent, isMain) {
    const loaded = load.call(this, request, parent, isMain);
    if (/(^|[\\/])core(\.js)?$/.test(request) && loaded instanceof Object && !done.has(loaded)) {
      // While its own parts are being loaded, core has no Service yet.
      const whole = Object.hasOwn(loaded, 'Service');
      if (whole && Module._resolveFilename(request, parent, isMain).endsWith(core)) {
        done.add(loaded);
        redirect(loaded);
      }
    }
    return loaded;
  };
}

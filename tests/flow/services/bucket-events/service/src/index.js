"use strict";

exports.handler = async (event) => ({ keys: (event.Records ?? []).map((one) => one.s3.object.key) });

"use strict";

exports.handler = async (event) => ({ batchItemFailures: [] });

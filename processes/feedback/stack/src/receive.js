"use strict";

exports.handler = async (event) => ({ statusCode: 202, body: String(event.body ?? "").slice(0, 100) });

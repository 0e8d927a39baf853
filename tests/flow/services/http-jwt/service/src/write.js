"use strict";

exports.handler = async (event) => ({ statusCode: 201, body: event.body ?? "" });

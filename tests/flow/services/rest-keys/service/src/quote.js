"use strict";

exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify({ price: 7, for: event.pathParameters }) });

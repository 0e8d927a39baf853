"use strict";

exports.handler = async (event) => ({ pay: (event.amount ?? 0) < 1000 });

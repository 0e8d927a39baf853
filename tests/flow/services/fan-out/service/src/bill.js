"use strict";

exports.handler = async (event) => ({ billed: (event.Records ?? []).length });

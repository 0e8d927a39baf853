"use strict";

exports.handler = async (event) => ({ shouted: (event.Records ?? []).length });

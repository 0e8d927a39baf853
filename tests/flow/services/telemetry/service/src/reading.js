"use strict";

exports.handler = async (event) => ({ device: event.device ?? "unknown" });

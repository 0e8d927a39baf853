"use strict";

exports.handler = async (event) => ({ at: event.time ?? "now" });

"use strict";

exports.handler = async (event) => ({ heard: event["detail-type"] ?? "nothing" });

"use strict";

exports.handler = async (event) => ({ held: event.id ?? null });

"use strict";

exports.handler = async (event) => [...(event.items ?? [])].sort();

"use strict";

exports.handler = async (event) => ({ watched: Boolean(event.awslogs) });

"use strict";

exports.handler = async (event) => ({ disposition: "CONTINUE" });

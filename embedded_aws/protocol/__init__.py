"""A request read backwards with botocore's models: service, operation, parameters, answer.

Takes bytes and headers; gives operations and values. Knows no caller, no policy and no state.
"""

"""What a task calls: the optimised integrations and those of the AWS SDK, over HTTP.

Takes a resource and its parameters; gives a result in the SDK's spelling.
"""

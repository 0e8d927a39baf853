"""IAM: what a call must be allowed, on which resources, and whether it is.

Takes a call in botocore's words and its caller; gives a decision, or a denial in the service's own
words. Runs no service.
"""

"""Which API calls an operation on a resource is: rows by its type, and the parameters of each call.

Takes a resource and what is set or changed; gives calls in order, and makes none.
"""

"""Forward access sessions: a resource's operations as calls of the caller or the stack's role.

Takes what the engine is about to do; gives authorised, recorded calls, or the resource's failure.
"""

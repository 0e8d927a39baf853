"""What a request needed beside its own action: roles, tags, keys, objects, others.

Takes a call; gives implied permissions with their kind. Whether they are granted is refinement's.
"""

"""What a person must know of a policy, and what stops it.

Takes grants and what was left out; gives findings, or an error. Changes no grant.
"""

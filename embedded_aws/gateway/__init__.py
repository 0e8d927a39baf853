"""The door: who may call at all.

Takes any HTTP request; passes on those that are signed with a key of this start, with their caller.
Asks IAM nothing and records nothing.
"""

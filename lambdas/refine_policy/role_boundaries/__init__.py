"""The permissions boundary of the roles that a process creates, and the policy that asks for it.

Takes observations, grants and policies; gives a boundary, grants under its condition, findings.
"""

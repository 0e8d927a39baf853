"""Needs held against a policy: what it lacks, what it no longer needs.

Takes a policy as Fencepost or as IAM writes it, and needs; gives lines for a reviewer.
"""

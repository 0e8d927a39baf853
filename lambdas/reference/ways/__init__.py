"""Known ways to more permissions, and which of them a policy leads to.

Takes a principal's policy; gives the calls that somebody would make, for the check to try.
"""

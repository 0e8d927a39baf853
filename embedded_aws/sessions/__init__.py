"""Whose call it is, the role sessions that services open, and how what runs is told to stop.

Takes credentials and ARNs; gives callers, sessions and clients. Decides nothing.
"""

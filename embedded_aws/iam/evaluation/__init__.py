"""Policies weighed: identity, resource, boundary, session and trust, within and across accounts.

Takes questions and the caller; gives allowed or denied, and by which policy. Chooses no question.
"""

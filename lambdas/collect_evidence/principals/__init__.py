"""Whose record it is: the run's sessions, those that it assumed, and roles that it handed over.

Takes a record's identity; gives a principal and a phase. Reads no request and builds no ARN.
"""

"""A record of the run becomes evidence or a finding, never neither.

Takes a record; gives actions, resources, outcomes and conditions. Decides nothing about a policy.
"""

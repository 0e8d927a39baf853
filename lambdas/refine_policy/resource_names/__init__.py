"""A resource's name becomes a template: variables, what differs from run to run, and what stays.

Takes an ARN as an event names it; gives the narrowest template that every later run matches.
"""

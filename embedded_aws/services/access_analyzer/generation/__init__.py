"""Policy generation: jobs with the service's quota, from log files to policies.

Takes a principal, trails and a time; gives policies with the service's own omissions.
"""

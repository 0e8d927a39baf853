"""CloudTrail: a record of every call, and its delivery to the buckets of trails.

Takes an operation with its answer; gives records and gzipped files. Changes no answer.
"""

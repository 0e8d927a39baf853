"""The cycle of a process as a build runs it: what stacks and LoadDefinition share.

Takes processes and gives buildspecs; knows no step, and runs nothing itself.
"""

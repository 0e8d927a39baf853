"""What runs showed: by resource type, operation and properties the calls that were seen.

Takes evidence with the templates that were deployed; gives rows, small and sorted, each with the
runs that it is from. `runs.json` holds those of this repository's own processes.
"""

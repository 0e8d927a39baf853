"""An API call as a record tells it: what was asked, where, and how it ended.

Takes a record and what the reference says of its operation. Names no resource and no permission.
"""

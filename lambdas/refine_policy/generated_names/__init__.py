"""Names that CloudFormation makes up: what a policy may hold of one.

`made_up_names` is the way in. Nothing here knows the other rooms.
"""

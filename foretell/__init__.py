"""What a template's deployment will need, told before it runs: no account, no run, no network.

Takes a template, a policy and what earlier runs showed; gives needs, each with how sure it is.
It may use the model, the reference and the pure parts of the steps, and never an SDK: the requests
that CloudFormation would make are read by the same rules as those that a trail holds.
"""

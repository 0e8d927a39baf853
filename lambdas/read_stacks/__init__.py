"""ReadStacks: what the run's stacks say of themselves, which no event of the trail shows.

Stack ids in, stacks out: what CloudFormation read to make them, and which resource has which name.
"""

"""PlanFleet: which processes a fleet runs, how, and what that takes; nothing is started here.

Takes the processes of Parameter Store and the archive's proofs; leaves the plan and lists of items.
"""

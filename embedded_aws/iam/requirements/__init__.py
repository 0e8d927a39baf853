"""What IAM is asked for a call: its own actions, and those that it needs besides.

Takes a call; gives questions. Knows no policy and decides nothing.
"""

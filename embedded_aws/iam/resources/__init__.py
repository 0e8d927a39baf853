"""What an action of a call acts on.

Takes an action and a call; gives ARNs. What it cannot tell becomes `*`, never a guess.
"""

"""What a call acted on: the ARNs that the record names, or ARNs filled in from what it sent.

Takes a call and an action; gives ARNs, or `*` where none can be known. Guesses nothing.
"""

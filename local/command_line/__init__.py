"""`fencepost`: what can be typed, how it is explained, and the status that a script gets.

Takes a command line; gives the exit status of one command. Does nothing itself.
"""

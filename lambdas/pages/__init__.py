"""HTML pages: what steps that write for people share.

Takes texts from anywhere and gives markup that they cannot break out of; knows nothing of a run.
"""

"""`check`, `explain`, `diff` and `learn`: what a policy is for, and what a change will need of it.

Takes files of this machine, or an archive; gives words, a document, and an exit status.
"""

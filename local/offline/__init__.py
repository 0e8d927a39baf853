"""Evidence and policies from log files that exist already: no emulator and no account.

Takes files and a principal; gives lines and a dossier. Only `sources` talks to AWS, when asked.
"""

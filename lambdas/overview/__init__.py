"""All processes at once: a row for each, what needs a person first.

Takes the archive and what else is known of each process; gives rows, their order and their table.
"""

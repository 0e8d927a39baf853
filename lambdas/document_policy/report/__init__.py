"""report.html: the run on one page, in the order in which a reviewer asks.

Takes the facts of a run; gives HTML. Text from events is data in it, never markup.
"""

"""An auditor's questions over a whole archive, answered by DuckDB in an environment of its own.

Takes an archive and a question; gives rows as a table, CSV or JSON Lines. Writes nothing into it.
"""

"""The facts of a run, worked out once for every document.

Takes what the run left behind; gives values: changes, claims, reasons, counts. Writes no file.
"""

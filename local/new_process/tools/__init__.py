"""How each tool's folder is known, and what its people type: one module per tool.

Takes a folder and the process's name; gives a draft, or None for a folder of another tool.
"""

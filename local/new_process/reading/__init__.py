"""What the files of a folder say: stages, packages, templates, what they want and what they keep.

Takes a folder, or what was read of it; gives values, and no phases.
"""

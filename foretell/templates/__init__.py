"""Templates as CloudFormation sees them: read, expanded, their functions resolved.

Takes the text of a template and parameters; gives resources, and what could not be decided. What
cannot be read at all is an error with the reason.
"""

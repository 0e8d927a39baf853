"""`fencepost new`: from a team's folder to a process.yaml that fits it.

Takes a folder as it is, and changes nothing in it; gives the text of a definition, and the
questions that the folder does not answer.
"""

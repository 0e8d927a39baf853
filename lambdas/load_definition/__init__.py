"""LoadDefinition: joins what a team says in its source with what the platform says.

Takes the text of fencepost.yaml as a build read it; gives the whole definition and its buildspec.
"""

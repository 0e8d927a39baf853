"""States as they run: tasks, branches, maps, retries, limits and stops.

Takes a definition and an input; gives an output or an error. Calls AWS through integrations alone.
"""

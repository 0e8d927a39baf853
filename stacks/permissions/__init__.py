"""Fencepost's own permissions: grants, a reason for each wildcard, and who enters a sandbox."""

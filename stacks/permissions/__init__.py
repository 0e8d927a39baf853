"""Fencepost's own permissions: grants, and each wildcard acknowledged beside its grant."""

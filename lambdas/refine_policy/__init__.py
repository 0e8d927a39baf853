"""Sixth state: out of what was seen, a policy that a person would sign."""

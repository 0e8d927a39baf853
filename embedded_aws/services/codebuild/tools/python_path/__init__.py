"""Stands on the PYTHONPATH of each build: what its Pythons run before anything else."""

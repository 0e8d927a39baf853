"""A process's definition: the keys of process.yaml and what each may hold."""

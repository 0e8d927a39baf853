"""The embedded AWS: MiniStack, and what it lacks, each in a module that imitates AWS."""

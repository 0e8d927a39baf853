"""The embedded AWS: MiniStack, plus what it lacks, each in one module that imitates documented behaviour."""

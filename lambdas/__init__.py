"""The steps of the workflow that need code, one folder each; the folder is named for its state."""

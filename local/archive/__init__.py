"""An archive in a folder or a bucket: approvals, and whether every document is as it was written.

Takes an archive and a run; gives a verdict, or writes one approval. Starts nothing.
"""

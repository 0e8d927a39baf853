"""An archive in a folder or a bucket: approvals, whether all is as it was written, and audits.

Takes an archive and a run; gives a verdict, or writes one approval. Starts nothing.
"""

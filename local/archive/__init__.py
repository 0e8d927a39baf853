"""An archive in a folder or a bucket: approvals, whether all is as it was written, audits, fleets.

Takes an archive and a run; gives a verdict, or writes one approval. Starts nothing but a fleet, and
stops nothing but that.
"""

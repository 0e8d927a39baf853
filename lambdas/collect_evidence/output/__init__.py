"""Evidence as sorted, distinct lines, flat in memory however long the trail.

Takes what was translated; gives the bytes of evidence.jsonl.gz. Translates nothing itself.
"""

"""Frozen values in the words of IAM and CloudTrail; they import nothing of ours but each other."""

"""Log files become records: downloaded, unpacked, and cut without parsing what cannot matter.

Takes the trail's objects and texts to look for; gives records and findings. Knows no IAM.
"""

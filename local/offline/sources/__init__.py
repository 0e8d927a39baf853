"""Where logs lie: in folders and files, in a bucket, in CloudTrail's event history.

Takes what was typed for LOGS and the days asked for; gives one trail of files to read, with
findings about what those places cannot show. Nothing else of the offline commands talks to AWS.
"""

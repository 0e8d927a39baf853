"""CloudTrail's files, wherever they are kept, and the bucket that a trail delivers to."""

"""What a person must know: findings, their kinds, and reasons for wildcards."""

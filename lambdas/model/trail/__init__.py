"""What was seen of a cycle: evidence of its calls, its stacks, the names that earlier ones bore."""

"""Instead of the last steps, when one failed: say what failed, what to do, and what there is."""

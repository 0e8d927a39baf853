"""Lambda: a function's code unpacked once, and errors with the names of their exceptions."""

"""What the managed policies allow that the run gave to the roles it created."""

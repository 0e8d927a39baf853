"""Resource types that MiniStack lacks or gets wrong: how they are made, changed and removed."""

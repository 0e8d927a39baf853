"""What we use of MiniStack: its services, loaded late, and the contract of its private names."""

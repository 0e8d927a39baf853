"""What AWS puts beside code that a template holds itself; copied into functions, not imported."""

"""ValidatePolicy and the custom checks: documents in, findings out. Reads no state."""

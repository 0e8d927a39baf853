"""What is missing before a deployment; it asks, and changes nothing."""

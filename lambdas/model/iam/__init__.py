"""IAM's ideas: actions, ARNs, texts with variables and wildcards, policies, ways up."""

"""WatchPolicies: once a day, how old each process's proof is. No state of the flow."""

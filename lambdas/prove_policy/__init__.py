"""ProvePolicy: the cycle once more with nothing but the policy, and what follows from it."""

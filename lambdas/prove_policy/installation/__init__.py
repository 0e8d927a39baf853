"""What IAM holds while a round runs: the candidate's policies, the boundary of created roles."""

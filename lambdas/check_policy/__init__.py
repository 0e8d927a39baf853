"""After refinement: ask IAM and Access Analyzer what they think of the policy."""

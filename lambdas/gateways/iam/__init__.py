"""IAM and Access Analyzer: candidates, simulation, managed policies, the published parameter."""

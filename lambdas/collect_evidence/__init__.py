"""From CloudTrail's files to evidence: what each call of the run proves about permissions."""

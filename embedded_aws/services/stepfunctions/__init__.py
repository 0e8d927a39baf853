"""Step Functions: executions, definitions, the interpreter and what its tasks call."""

"""One execution of the workflow: its run, place, sandbox, waits, quotas and events."""

"""The state machine, its functions, its builds and its schedules."""

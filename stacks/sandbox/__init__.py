"""What a sandbox account holds: the roles of a process, their boundary, and the trail."""

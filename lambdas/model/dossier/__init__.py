"""What a dossier tells of a policy: why each grant is there, checks, reach, verdict."""

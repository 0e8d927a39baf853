"""What the archive keeps: manifests, earlier runs, approvals, fleets, the published policy."""

"""Documents a run: the policy in every form, the report, the manifest, the mail."""

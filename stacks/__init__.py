"""The CDK app: what is deployed, and how its parts are wired."""

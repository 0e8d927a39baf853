"""CloudFormation: MiniStack's engine with AWS's names, types and forwarded calls."""

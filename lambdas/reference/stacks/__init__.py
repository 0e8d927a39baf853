"""What CloudFormation does with a type: which calls it causes, what its own tags cost."""

"""What CloudFormation asks its caller for while it reads a template."""

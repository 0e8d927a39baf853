"""What is asked beside the handlers of resources: by the tool, and while a template is read."""

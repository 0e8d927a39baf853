"""IAM facts as data: actions, resource types, operations, with their sources and versions."""

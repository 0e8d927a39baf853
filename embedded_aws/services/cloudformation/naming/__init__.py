"""How CloudFormation names what a template does not name: the rules, as data, and the names."""

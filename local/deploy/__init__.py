"""The app synthesised and its assembly deployed to the embedded AWS, as the CDK does it.

Takes the checkout and a connection; gives stacks. Starts no run.
"""

"""Runs on the embedded AWS: started, followed, and their dossiers fetched.

Takes a deployment and processes; gives what became of each. Deploys nothing.
"""

"""Fleets on AWS, or on the embedded AWS that is up: started and stopped.

Takes what a person wants run; gives what it will take, or why it does not start. Waits for no run.
"""

"""The embedded AWS: an emulator that runs the synthesised app on one machine, with IAM enforced.

It takes requests over HTTP and gives AWS's answers, log files, mail in a folder, and builds as
processes. The product never imports it: both meet over HTTP alone, as with AWS.
"""

"""What a service of the Serverless Framework says: its version, its stages, what it looks up.

Takes the service's folder and its file as a mapping; gives values.
"""

"""The processes of a deployment, as their folders define them.

Takes folders of processes; gives each process with its places, or the file, the line and the key
of what is wrong.
"""

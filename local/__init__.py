"""What a person does on a laptop: runs, policies from logs, archives, the doctor.

Takes commands; gives words for people, JSON for scripts, and an exit status.
"""

"""DocumentFleet: how a fleet went and how every process stands, for the one who looks after all.

Takes the plan, the ends that the machine kept, and the archive; leaves report, JSON and CSV, and
answers with the mail.
"""

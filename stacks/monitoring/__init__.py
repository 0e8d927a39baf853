"""What operators and owners are told: metrics, alarms, the dashboard and mail.

Takes the workflow's parts; adds what watches them. Grants nothing.
"""

"""The policy in each form that people deploy it in, with the reasons as comments.

Takes the facts of a run; gives texts. `forms.py` has a row for each: that is where one is added.
"""

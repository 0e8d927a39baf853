"""DocumentPolicy: a run's dossier, the mail, and the archive's pages.

`dossier.py` is the whole on one screen. The rooms, and what each may not do:

analysis: the facts of the run, worked out once: changes, claims, reasons. Writes no file.
formats: the policy in each language; a row of `forms.py` adds one. Changes no grant.
report: report.html. Text from events is data in it, never markup.
archive_index: latest.json and the pages beside the runs. Holds nothing that manifests do not.

`readme.py`, `mail.py` and `manifest.py` write the document of their name.
"""

"""What stands beside the runs: latest.json, a page for each process, and the first page.

Takes the archive's finished runs; writes pages that hold nothing the manifests do not.
"""

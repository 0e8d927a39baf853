"""What MiniStack lacks of AWS's services, a folder each.

A service takes requests that are authorised already and calls other services over HTTP only.
"""

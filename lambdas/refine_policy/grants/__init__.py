"""Permissions become grants: their templates, wildcards and conditions, and none of them twice.

Takes permissions; gives draft grants with the reason of every wildcard. Writes no statement.
"""

"""Grants become statements: purposes, Sids and sentences, packed into managed policies.

Takes draft grants; grants nothing more and nothing less than they do.
"""

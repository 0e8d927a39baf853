"""RefinePolicy: out of what was seen, a policy that a person would sign.

`refine.py` is the whole as one expression. Its stages, and what each may not do:

observations: evidence as permissions, each thing once with all its events. Judges nothing.
permissions: who needs what, and why: seen, implied, derived, hinted. Spells no resource.
resource_names: a name becomes the narrowest template that every later run matches. Grants nothing.
grants: permissions with templates and conditions, none twice. Nothing gets wider here unseen.
statements: grants as statements, packed into managed policies. Grants neither more nor less.
findings: what a person must know, and what stops the policy. Changes no grant.
"""

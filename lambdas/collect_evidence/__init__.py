"""CollectEvidence: from CloudTrail's files to evidence, what each call of the run proves.

The way of a record, and what each room may not do:

reading: files become records; what cannot matter is passed over unparsed. Knows no IAM.
principals: whose record it is. Reads no request and builds no ARN.
translation: a record becomes evidence or a finding, never neither. Decides nothing of a policy.
implied: what the request needed beside its own action. Grants nothing.
resources: what the call acted on. Guesses nothing: what cannot be known is `*`.
call: what was asked, where, and how it ended. Names no resource.
output: sorted, distinct lines in bounded memory. Translates nothing.

`collect.py` reads one trail by these; `batches.py` does so for files that are read side by side.
"""

-- What each process's newest policy reaches beyond its own: others' resources, any, or more rights.
-- shown: process, run, kind, severity, subject, detail
SELECT process, run, startedAt, shownOn, approvedBy, kind, severity, subject, detail, advice, times,
       manifestSha256
FROM findings
WHERE newest
  AND kind IN ('reaches-others', 'any-resource', 'family', 'privilege-escalation')
ORDER BY process, kind, subject, detail;

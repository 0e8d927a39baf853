-- What each process's newest policy grants that no policy granted whose approval stands.
-- shown: process, run, verdict, principal, action, resource, lastApproved
WITH approved AS (
    SELECT DISTINCT process, policy, action, resource, conditions, shownOn FROM grants WHERE stands
), last_approved AS (
    SELECT process, max(run) AS lastApproved FROM runs WHERE stands GROUP BY process
)
SELECT process, run, startedAt, shownOn, verdict, principal, sid, action, resource, conditions,
       coalesce(lastApproved, '') AS lastApproved, manifestSha256
FROM grants
LEFT JOIN last_approved USING (process)
ANTI JOIN approved USING (process, policy, action, resource, conditions, shownOn)
WHERE newest
ORDER BY process, principal, sid, action, resource, conditions;

-- What each process's newest policy grants, and no run of it in the archive was seen to use.
-- shown: process, run, principal, action, resource, grounds, runs
WITH seen AS (
    SELECT DISTINCT process, policy, action, resource FROM grants WHERE used
), counted AS (
    SELECT process, count(*) AS runs FROM runs GROUP BY process
)
SELECT process, run, startedAt, shownOn, approvedBy, principal, sid, action, resource, conditions,
       array_to_string(list_sort(list_distinct(list_transform(grounds, lambda one: one.kind))), ' ')
           AS grounds,
       array_to_string(list_sort(list_distinct(list_transform(grounds, lambda one: one."text"))), ' ')
           AS because,
       runs, manifestSha256
FROM grants
JOIN counted USING (process)
ANTI JOIN seen USING (process, policy, action, resource)
WHERE newest
ORDER BY process, principal, sid, action, resource, conditions;

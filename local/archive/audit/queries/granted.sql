-- Who was granted what when, and by which evidence: a row for each ground of each grant.
-- shown: process, run, approvedBy, principal, action, resource, ground, events
SELECT process, run, startedAt, shownOn, verdict, approvedBy, approvedAt, withdrawnBy, withdrawnAt,
       principal, sid, action, resource, conditions, ground.kind AS ground, ground."text" AS because,
       ground.events AS events, ground."first" AS firstSeen, ground."last" AS lastSeen,
       array_to_string(ground.phases, ' ') AS phases, array_to_string(ground.via, ' ') AS via,
       array_to_string(ground.event_ids, ' ') AS eventIds, evidence, evidenceSha256, manifestSha256
FROM (SELECT * EXCLUDE (grounds), unnest(grounds) AS ground FROM grants)
ORDER BY process, startedAt, run, principal, sid, action, resource, ground.kind, ground."text",
         ground."first", conditions;

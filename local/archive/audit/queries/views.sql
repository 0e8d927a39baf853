-- The staged files as tables: runs, grants (one row for each action on a resource), findings.
CREATE TABLE runs AS
SELECT * FROM read_json(
    getvariable('folder') || '/runs.jsonl',
    format = 'newline_delimited',
    columns = {
        process: 'VARCHAR', run: 'VARCHAR', startedAt: 'VARCHAR', account: 'VARCHAR',
        shownOn: 'VARCHAR', verdict: 'VARCHAR', proved: 'BOOLEAN',
        approvedBy: 'VARCHAR', approvedAt: 'VARCHAR', withdrawnBy: 'VARCHAR', withdrawnAt: 'VARCHAR',
        stands: 'BOOLEAN', manifestSha256: 'VARCHAR', evidence: 'VARCHAR', evidenceSha256: 'VARCHAR',
        file: 'VARCHAR', newest: 'BOOLEAN'
    }
);

CREATE TABLE refined AS
SELECT parse_filename(filename) AS file, policies, findings
FROM read_json(
    getvariable('files'),
    filename = true,
    maximum_object_size = getvariable('largest'),
    columns = {
        policies: 'STRUCT(
            name VARCHAR,
            principal VARCHAR,
            statements STRUCT(
                sid VARCHAR,
                conditions STRUCT("operator" VARCHAR, "key" VARCHAR, "values" VARCHAR[])[],
                grants STRUCT(
                    action VARCHAR,
                    resource VARCHAR,
                    grounds STRUCT(
                        kind VARCHAR, "text" VARCHAR, events BIGINT, "first" VARCHAR,
                        "last" VARCHAR, phases VARCHAR[], via VARCHAR[], event_ids VARCHAR[]
                    )[]
                )[]
            )[]
        )[]',
        findings: 'STRUCT(
            severity VARCHAR, kind VARCHAR, subject VARCHAR, detail VARCHAR, action VARCHAR,
            "count" BIGINT
        )[]'
    }
);

CREATE VIEW grants AS
WITH per_policy AS (SELECT file, unnest(policies) AS policy FROM refined),
     per_statement AS (SELECT file, policy, unnest(policy.statements) AS statement FROM per_policy),
     per_grant AS (
         SELECT file, policy.name AS policy, policy.principal AS principal, statement.sid AS sid,
                statement.conditions AS conditions, unnest(statement.grants) AS granted
         FROM per_statement
     )
SELECT runs.*, per_grant.policy, per_grant.principal, per_grant.sid,
       granted.action AS action, granted.resource AS resource, granted.grounds AS grounds,
       len(list_filter(granted.grounds, lambda one: one.kind = 'observed')) > 0 AS used,
       to_json(per_grant.conditions)::VARCHAR AS conditions
FROM per_grant JOIN runs USING (file);

CREATE VIEW findings AS
SELECT runs.*, finding.severity AS severity, finding.kind AS kind, finding.subject AS subject,
       finding.detail AS detail, finding.action AS advice, finding."count" AS times
FROM (SELECT file, unnest(findings) AS finding FROM refined) JOIN runs USING (file);

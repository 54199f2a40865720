-- By what contents are judged: policies, as they came in a request.

CREATE TABLE moderation_configs (
    app        INTEGER NOT NULL,
    team       TEXT NOT NULL DEFAULT '',          -- '': of no team
    key        TEXT NOT NULL,
    is_async   INTEGER NOT NULL DEFAULT 0,
    config     TEXT NOT NULL DEFAULT '{}',        -- JSON object, by the names of its parts
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, team, key)
) STRICT, WITHOUT ROWID;

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('moderation_configs', 'moderation_configs', '10 10 10 1');
ANALYZE sqlite_schema;

-- What an app keeps beside its activities, for these to refer to by `name:id`.

CREATE TABLE collections (
    app        INTEGER NOT NULL,
    name       TEXT NOT NULL,
    id         TEXT NOT NULL,
    user_id    TEXT,                              -- NULL: nobody's
    custom     TEXT NOT NULL DEFAULT '{}',        -- JSON object
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, name, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX collections_by_user ON collections (app, user_id, created_at);
CREATE INDEX collections_by_time ON collections (app, created_at);

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('collections', 'collections', '100000 100000 1000 1'),
    ('collections', 'collections_by_user', '100000 100000 10 1'),
    ('collections', 'collections_by_time', '100000 100000 1');
ANALYZE sqlite_schema;

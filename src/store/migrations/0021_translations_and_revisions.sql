-- The translations of what activities say, as comments have them; and what became of activities and comments, which is kept
-- where an app's settings ask for it.

ALTER TABLE activities ADD COLUMN i18n TEXT NOT NULL DEFAULT '{}'; -- JSON object, the translations that were asked for

CREATE TABLE revisions (
    app            INTEGER NOT NULL,
    no             INTEGER NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('activity', 'comment')),
    object         INTEGER NOT NULL,
    object_id      TEXT NOT NULL,
    action         TEXT NOT NULL CHECK (action IN ('create', 'edit', 'delete', 'restore')),
    user_id        TEXT NOT NULL DEFAULT '',      -- '': a server
    changed_fields TEXT NOT NULL DEFAULT '[]',    -- JSON array: the names of what an edit changed
    previous       TEXT NOT NULL DEFAULT '{}',    -- JSON object: what it was before an edit or a deletion
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (app, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX revisions_by_object ON revisions (app, kind, object, no);
CREATE INDEX revisions_by_id ON revisions (app, object_id, created_at);
CREATE INDEX revisions_by_user ON revisions (app, user_id, created_at);
CREATE INDEX revisions_by_time ON revisions (app, created_at);

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('revisions', 'revisions', '100000 100000 1'),
    ('revisions', 'revisions_by_object', '100000 100000 50000 10 1'),
    ('revisions', 'revisions_by_id', '100000 100000 10 1'),
    ('revisions', 'revisions_by_user', '100000 100000 100 1'),
    ('revisions', 'revisions_by_time', '100000 100000 1');
ANALYZE sqlite_schema;

-- Appeals of users against what was decided about their things; and what says which parts of older activities are texts.

CREATE TABLE appeals (
    app             INTEGER NOT NULL,
    no              INTEGER NOT NULL,
    id              TEXT NOT NULL,
    appellant_id    TEXT NOT NULL,
    entity_type     TEXT NOT NULL,
    entity_id       TEXT NOT NULL,
    item_id         TEXT,                         -- the item of the review queue
    reason          TEXT NOT NULL,
    attachments     TEXT NOT NULL DEFAULT '[]',   -- JSON array of addresses
    status          TEXT NOT NULL DEFAULT 'submitted' CHECK (status IN ('submitted', 'accepted', 'rejected')),
    decision_reason TEXT NOT NULL DEFAULT '',
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (app, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX appeals_by_id ON appeals (app, id);
CREATE INDEX appeals_by_entity ON appeals (app, entity_type, entity_id, no);
CREATE INDEX appeals_by_created_at ON appeals (app, created_at, no);
CREATE INDEX appeals_by_appellant ON appeals (app, appellant_id, created_at, no);

CREATE TABLE moderation_templates (
    app        INTEGER NOT NULL,
    name       TEXT NOT NULL,
    config     TEXT NOT NULL DEFAULT '{}',        -- JSON object
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, name)
) STRICT, WITHOUT ROWID;

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('appeals', 'appeals', '10000 10000 1'),
    ('appeals', 'appeals_by_id', '10000 10000 1'),
    ('appeals', 'appeals_by_entity', '10000 10000 3000 1 1'),
    ('appeals', 'appeals_by_created_at', '10000 10000 2 1'),
    ('appeals', 'appeals_by_appellant', '10000 10000 2 1 1'),
    ('moderation_templates', 'moderation_templates', '10 10 1');
ANALYZE sqlite_schema;

-- The review queue: one item for whatever is flagged of one thing, by users or by what judges texts; and what moderators did.
-- Items and entries have numbers of the app's own, so that the oldest go first where there are too many.

CREATE TABLE review_items (
    app                INTEGER NOT NULL,
    no                 INTEGER NOT NULL,
    id                 TEXT NOT NULL,
    entity_type        TEXT NOT NULL,
    entity_id          TEXT NOT NULL,
    creator_id         TEXT,                        -- whose the thing is
    status             TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'reviewed')),
    recommended_action TEXT NOT NULL DEFAULT 'flag',
    config_key         TEXT,                        -- the policy by which it was judged
    verdict            TEXT NOT NULL DEFAULT '{}',  -- JSON object: what was found, where a policy has flagged it
    payload            TEXT NOT NULL DEFAULT '{}',  -- JSON object: what the thing said when it was flagged
    latest_action      TEXT NOT NULL DEFAULT '',
    reviewed_by        TEXT NOT NULL DEFAULT '',
    reviewed_at        INTEGER,
    escalation         TEXT NOT NULL DEFAULT '{}',  -- JSON object
    escalated_by       TEXT,
    escalated_at       INTEGER,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    PRIMARY KEY (app, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX review_items_by_id ON review_items (app, id);
CREATE UNIQUE INDEX review_items_by_entity ON review_items (app, entity_type, entity_id);
CREATE INDEX review_items_by_status ON review_items (app, status, created_at, no);
CREATE INDEX review_items_by_created_at ON review_items (app, created_at, no);
CREATE INDEX review_items_by_creator ON review_items (app, creator_id, created_at, no) WHERE creator_id IS NOT NULL;
CREATE INDEX flags_by_item ON flags (app, item_id, created_at);

CREATE TABLE moderation_logs (
    app           INTEGER NOT NULL,
    no            INTEGER NOT NULL,
    id            TEXT NOT NULL,
    type          TEXT NOT NULL,
    item_id       TEXT NOT NULL DEFAULT '',
    moderator_id  TEXT NOT NULL DEFAULT '',         -- '': a server that named nobody
    reporter_type TEXT NOT NULL DEFAULT 'moderator',
    creator_id    TEXT NOT NULL DEFAULT '',         -- whom it concerns
    reason        TEXT NOT NULL DEFAULT '',
    custom        TEXT NOT NULL DEFAULT '{}',       -- JSON object
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (app, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX moderation_logs_by_id ON moderation_logs (app, id);
CREATE INDEX moderation_logs_by_item ON moderation_logs (app, item_id, created_at, no);
CREATE INDEX moderation_logs_by_creator ON moderation_logs (app, creator_id, type);
CREATE INDEX moderation_logs_by_created_at ON moderation_logs (app, created_at, no);

-- What moderation has said of a content, JSON objects; one with an action that takes it away is brought back by servers alone.
ALTER TABLE activities ADD COLUMN moderation TEXT NOT NULL DEFAULT '{}';
ALTER TABLE comments ADD COLUMN moderation TEXT NOT NULL DEFAULT '{}';

-- What was flagged before there was a queue is in it.
INSERT OR IGNORE INTO review_items (app, no, id, entity_type, entity_id, created_at, updated_at)
SELECT app, row_number() OVER (PARTITION BY app ORDER BY min(created_at), item_id), item_id, entity_type, entity_id,
    min(created_at), max(updated_at)
FROM flags GROUP BY app, entity_type, entity_id;

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('review_items', 'review_items', '10000 10000 1'),
    ('review_items', 'review_items_by_id', '10000 10000 1'),
    ('review_items', 'review_items_by_entity', '10000 10000 3000 1'),
    ('review_items', 'review_items_by_status', '10000 10000 5000 2 1'),
    ('review_items', 'review_items_by_created_at', '10000 10000 2 1'),
    ('review_items', 'review_items_by_creator', '10000 10000 5 2 1'),
    ('flags', 'flags_by_item', '10000 10000 2 1'),
    ('moderation_logs', 'moderation_logs', '10000 10000 1'),
    ('moderation_logs', 'moderation_logs_by_id', '10000 10000 1'),
    ('moderation_logs', 'moderation_logs_by_item', '10000 10000 2 1 1'),
    ('moderation_logs', 'moderation_logs_by_creator', '10000 10000 5 2'),
    ('moderation_logs', 'moderation_logs_by_created_at', '10000 10000 2 1');
ANALYZE sqlite_schema;

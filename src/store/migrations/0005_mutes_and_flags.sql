-- Who has muted whom.
CREATE TABLE mutes (
    app        INTEGER NOT NULL,
    user_id    TEXT NOT NULL,
    target_id  TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (app, user_id, target_id)
) STRICT, WITHOUT ROWID;

-- Who has flagged what. Whatever is flagged of one thing belongs to one item of the review queue.
CREATE TABLE flags (
    app         INTEGER NOT NULL,
    user_id     TEXT NOT NULL,
    entity_type TEXT NOT NULL,
    entity_id   TEXT NOT NULL,
    item_id     TEXT NOT NULL,
    reason      TEXT,
    custom      TEXT NOT NULL DEFAULT '{}',       -- JSON object
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (app, user_id, entity_type, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX flags_by_entity ON flags (app, entity_type, entity_id);

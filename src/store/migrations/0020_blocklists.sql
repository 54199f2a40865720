-- Lists of words that moderation looks for.

CREATE TABLE blocklists (
    app               INTEGER NOT NULL,
    team              TEXT NOT NULL DEFAULT '',   -- '': of no team
    name              TEXT NOT NULL,
    id                TEXT NOT NULL,
    type              TEXT NOT NULL DEFAULT 'word',
    words             TEXT NOT NULL DEFAULT '[]',
    leet_check        INTEGER NOT NULL DEFAULT 0,
    plural_check      INTEGER NOT NULL DEFAULT 0,
    substring_match   INTEGER NOT NULL DEFAULT 0,
    confusable_folding INTEGER NOT NULL DEFAULT 0,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    PRIMARY KEY (app, team, name)
) STRICT, WITHOUT ROWID;

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('blocklists', 'blocklists', '15 15 15 1');
ANALYZE sqlite_schema;

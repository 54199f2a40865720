-- What users do with activities, and with comments: reactions, bookmarks, feedback. Each row of the first two is upon an object
-- of a kind, by its number; the activity beside it is the one that it is upon or beneath, with which it goes. The numbers of the
-- rows are the state's too: they are the order of what was made at the same moment.

CREATE TABLE reactions (
    app        INTEGER NOT NULL,
    no         INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('activity', 'comment')),
    object     INTEGER NOT NULL,
    activity   INTEGER NOT NULL,
    user_id    TEXT NOT NULL,
    type       TEXT NOT NULL,
    custom     TEXT NOT NULL DEFAULT '{}',   -- JSON object
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reactions_by_user ON reactions (app, kind, object, user_id, type);
CREATE INDEX reactions_by_created_at ON reactions (app, kind, object, created_at, no);
CREATE INDEX reactions_by_type ON reactions (app, kind, object, type, created_at);
CREATE INDEX reactions_by_activity ON reactions (app, activity);
CREATE INDEX reactions_of_user ON reactions (app, user_id, kind, created_at, no);

-- How many of each type are upon an object: what every answer shows, so it is kept and not counted.
CREATE TABLE reaction_groups (
    app      INTEGER NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('activity', 'comment')),
    object   INTEGER NOT NULL,
    type     TEXT NOT NULL,
    activity INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (app, kind, object, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX reaction_groups_by_activity ON reaction_groups (app, activity);

CREATE TABLE bookmark_folders (
    app        INTEGER NOT NULL,
    no         INTEGER NOT NULL,
    id         TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    name       TEXT NOT NULL,
    custom     TEXT NOT NULL DEFAULT '{}',   -- JSON object
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX bookmark_folders_by_id ON bookmark_folders (app, id);
CREATE INDEX bookmark_folders_of_user ON bookmark_folders (app, user_id, created_at, no);
CREATE INDEX bookmark_folders_by_created_at ON bookmark_folders (app, created_at, no);

CREATE TABLE bookmarks (
    app        INTEGER NOT NULL,
    no         INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('activity', 'comment')),
    object     INTEGER NOT NULL,
    activity   INTEGER NOT NULL,
    user_id    TEXT NOT NULL,
    folder     INTEGER NOT NULL DEFAULT 0,   -- the folder's number; 0 for none
    custom     TEXT NOT NULL DEFAULT '{}',   -- JSON object
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX bookmarks_by_user ON bookmarks (app, kind, object, user_id, folder);
CREATE INDEX bookmarks_of_user ON bookmarks (app, user_id, created_at, no);
CREATE INDEX bookmarks_by_created_at ON bookmarks (app, created_at, no);
CREATE INDEX bookmarks_by_folder ON bookmarks (app, folder) WHERE folder <> 0;
CREATE INDEX bookmarks_by_activity ON bookmarks (app, activity);

-- What a user said of activities that he is shown. What he took back stays, as that.
CREATE TABLE activity_feedback (
    app        INTEGER NOT NULL,
    user_id    TEXT NOT NULL,
    activity   INTEGER NOT NULL,
    action     TEXT NOT NULL CHECK (action IN ('hide', 'show_more', 'show_less')),
    value      INTEGER NOT NULL,             -- whether it holds
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, user_id, activity, action)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_feedback_by_activity ON activity_feedback (app, activity);

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('reactions', 'reactions', '1000000 1000000 1'),
    ('reactions', 'reactions_by_user', '1000000 1000000 900000 5 2 1'),
    ('reactions', 'reactions_by_created_at', '1000000 1000000 900000 5 2 1'),
    ('reactions', 'reactions_by_type', '1000000 1000000 900000 5 3 2'),
    ('reactions', 'reactions_by_activity', '1000000 1000000 6'),
    ('reactions', 'reactions_of_user', '1000000 1000000 100 90 2 1'),
    ('reaction_groups', 'reaction_groups', '400000 400000 360000 2 1'),
    ('reaction_groups', 'reaction_groups_by_activity', '400000 400000 2'),
    ('bookmark_folders', 'bookmark_folders', '10000 10000 1'),
    ('bookmark_folders', 'bookmark_folders_by_id', '10000 10000 1'),
    ('bookmark_folders', 'bookmark_folders_of_user', '10000 10000 3 2 1'),
    ('bookmark_folders', 'bookmark_folders_by_created_at', '10000 10000 2 1'),
    ('bookmarks', 'bookmarks', '100000 100000 1'),
    ('bookmarks', 'bookmarks_by_user', '100000 100000 90000 2 1 1'),
    ('bookmarks', 'bookmarks_of_user', '100000 100000 20 2 1'),
    ('bookmarks', 'bookmarks_by_created_at', '100000 100000 2 1'),
    ('bookmarks', 'bookmarks_by_folder', '50000 50000 5'),
    ('bookmarks', 'bookmarks_by_activity', '100000 100000 2'),
    ('activity_feedback', 'activity_feedback', '10000 10000 20 1 1'),
    ('activity_feedback', 'activity_feedback_by_activity', '10000 10000 2');
ANALYZE sqlite_schema;

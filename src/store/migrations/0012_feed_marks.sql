-- Groups of activities, what was read of them, and notifications.

ALTER TABLE activities ADD COLUMN notification_context TEXT NOT NULL DEFAULT '{}'; -- JSON object: what a notification is about

-- The groups of feeds that aggregate what is in them, by the last activity of each: a page of them is read by an index, and
-- what is unread is counted without a look at the activities.
CREATE TABLE feed_aggregates (
    app        INTEGER NOT NULL,
    feed       INTEGER NOT NULL,
    group_key  TEXT NOT NULL,
    updated_at INTEGER NOT NULL,                  -- when its last activity was made
    activity   INTEGER NOT NULL,                  -- that activity
    may_hide INTEGER NOT NULL DEFAULT 0,        -- it had one that expires or is private: what is shown is to be looked up
    PRIMARY KEY (app, feed, group_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_aggregates_by_last ON feed_aggregates (app, feed, updated_at, activity, may_hide);

-- When somebody read or saw all of a feed, and whether single marks were ever set.
CREATE TABLE feed_reads (
    app          INTEGER NOT NULL,
    feed         INTEGER NOT NULL,
    user_id      TEXT NOT NULL,
    last_read_at INTEGER,
    last_seen_at INTEGER,
    has_read     INTEGER NOT NULL DEFAULT 0,
    has_seen     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (app, feed, user_id)
) STRICT, WITHOUT ROWID;

-- What somebody marked: a group by its key, where a feed aggregates, else an activity by its id.
CREATE TABLE feed_marks (
    app     INTEGER NOT NULL,
    feed    INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('read', 'seen')),
    item    TEXT NOT NULL,
    no      INTEGER NOT NULL,                     -- its place in the order of marks, which the state counts
    PRIMARY KEY (app, feed, user_id, kind, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_marks_by_no ON feed_marks (app, feed, user_id, kind, no, item);
CREATE INDEX feed_marks_by_item ON feed_marks (app, feed, item);

-- Stories that somebody has watched, in whichever feed.
CREATE TABLE watched_activities (
    app      INTEGER NOT NULL,
    user_id  TEXT NOT NULL,
    activity INTEGER NOT NULL,
    PRIMARY KEY (app, user_id, activity)
) STRICT, WITHOUT ROWID;
CREATE INDEX watched_activities_by_activity ON watched_activities (app, activity);

-- Why there is an activity that notifies somebody: for what it was made, so that it is not made twice and can be taken back.
CREATE TABLE notifications (
    app        INTEGER NOT NULL,
    activity   INTEGER NOT NULL,
    feed       INTEGER NOT NULL,                  -- the recipient's
    kind       TEXT NOT NULL,
    cause      TEXT NOT NULL,                     -- the id of the activity, comment or user that it is about
    actor      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app, activity)
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_by_cause ON notifications (app, kind, cause, actor, feed, created_at);
CREATE INDEX notifications_by_feed ON notifications (app, feed);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('feed_aggregates', 'feed_aggregates', '20000 20000 100 1'),
    ('feed_aggregates', 'feed_aggregates_by_last', '20000 20000 100 2 1 1'),
    ('feed_reads', 'feed_reads', '20000 20000 1 1'),
    ('feed_marks', 'feed_marks', '20000 20000 20 20 10 1'),
    ('feed_marks', 'feed_marks_by_no', '20000 20000 20 20 10 2 1'),
    ('feed_marks', 'feed_marks_by_item', '20000 20000 20 2'),
    ('watched_activities', 'watched_activities', '20000 20000 20 1'),
    ('watched_activities', 'watched_activities_by_activity', '20000 20000 10'),
    ('notifications', 'notifications', '100000 100000 1'),
    ('notifications', 'notifications_by_cause', '100000 100000 20000 10 1 1 1'),
    ('notifications', 'notifications_by_feed', '100000 100000 20');
ANALYZE sqlite_schema;

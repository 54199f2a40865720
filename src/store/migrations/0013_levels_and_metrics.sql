-- Levels of membership, and what clients measure of activities.

CREATE TABLE membership_levels (
    app         INTEGER NOT NULL,
    id          TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT,
    priority    INTEGER NOT NULL DEFAULT 0,
    tags        TEXT NOT NULL DEFAULT '[]',       -- JSON array of texts: what it opens
    custom      TEXT NOT NULL DEFAULT '{}',       -- JSON object
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_members_by_level ON feed_members (app, membership_level) WHERE membership_level IS NOT NULL;

CREATE TABLE activity_metrics (
    app      INTEGER NOT NULL,
    activity INTEGER NOT NULL,
    name     TEXT NOT NULL,
    value    INTEGER NOT NULL,
    PRIMARY KEY (app, activity, name)
) STRICT, WITHOUT ROWID;

-- How much of a metric a user has moved in an hour. What is of hours past is swept away.
CREATE TABLE metric_hours (
    app      INTEGER NOT NULL,
    hour     INTEGER NOT NULL,                    -- since the epoch
    user_id  TEXT NOT NULL,
    activity INTEGER NOT NULL,
    name     TEXT NOT NULL,
    moved    INTEGER NOT NULL,
    PRIMARY KEY (app, hour, user_id, activity, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX metric_hours_by_activity ON metric_hours (app, activity);

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('membership_levels', 'membership_levels', '10 10 1'),
    ('feed_members', 'feed_members_by_level', '1000 1000 100'),
    ('activity_metrics', 'activity_metrics', '100000 100000 2 1'),
    ('metric_hours', 'metric_hours', '10000 10000 10000 10 2 1'),
    ('metric_hours', 'metric_hours_by_activity', '10000 10000 2');
ANALYZE sqlite_schema;

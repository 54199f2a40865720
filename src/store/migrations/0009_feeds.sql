-- Feeds V3. Feeds and activities have numbers of the state's own, which the state counts, so that a copy keeps them; an
-- activity's number is also its place in the order of what was made at the same moment.
-- A column that holds JSON has an empty object or array as its default: fixtures know it by that.

ALTER TABLE states ADD COLUMN feeds_counter INTEGER NOT NULL DEFAULT 0; -- the last number of a feed or an activity

-- Groups beside the built-in ones, and those of the built-in ones that were changed.
CREATE TABLE feed_groups (
    app        INTEGER NOT NULL,
    id         TEXT NOT NULL,
    config     TEXT NOT NULL DEFAULT '{}',        -- JSON object, as in a request
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_views (
    app          INTEGER NOT NULL,
    id           TEXT NOT NULL,
    config       TEXT NOT NULL DEFAULT '{}',      -- JSON object, as in a request
    last_used_at INTEGER,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE feeds (
    app             INTEGER NOT NULL,
    no              INTEGER NOT NULL,
    group_id        TEXT NOT NULL,
    id              TEXT NOT NULL,
    created_by      TEXT NOT NULL,                -- the owner
    name            TEXT NOT NULL DEFAULT '',
    description     TEXT NOT NULL DEFAULT '',
    visibility      TEXT NOT NULL,
    custom          TEXT NOT NULL DEFAULT '{}',   -- JSON object
    filter_tags     TEXT NOT NULL DEFAULT '[]',   -- JSON array of texts
    lat             REAL,
    lng             REAL,
    activity_count  INTEGER NOT NULL DEFAULT 0,
    follower_count  INTEGER NOT NULL DEFAULT 0,
    following_count INTEGER NOT NULL DEFAULT 0,
    member_count    INTEGER NOT NULL DEFAULT 0,
    pin_count       INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    PRIMARY KEY (app, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX feeds_by_fid ON feeds (app, group_id, id);
CREATE INDEX feeds_by_owner ON feeds (app, created_by, created_at, no);
CREATE INDEX feeds_by_created_at ON feeds (app, created_at, no);

CREATE TABLE feed_tags (
    app  INTEGER NOT NULL,
    tag  TEXT NOT NULL,
    feed INTEGER NOT NULL,
    PRIMARY KEY (app, tag, feed)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_tags_by_feed ON feed_tags (app, feed);

CREATE TABLE activities (
    app              INTEGER NOT NULL,
    no               INTEGER NOT NULL,
    id               TEXT NOT NULL,
    user_id          TEXT NOT NULL,
    type             TEXT NOT NULL,
    feeds            TEXT NOT NULL DEFAULT '[]',  -- JSON array of addresses (`group:id`), in the order of the request
    text             TEXT,
    visibility       TEXT NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'private', 'tag')),
    visibility_tag   TEXT,
    restrict_replies TEXT NOT NULL DEFAULT 'everyone',
    custom           TEXT NOT NULL DEFAULT '{}',  -- JSON object
    search_data      TEXT NOT NULL DEFAULT '{}',  -- JSON object
    attachments      TEXT NOT NULL DEFAULT '[]',  -- JSON array of objects
    mentioned        TEXT NOT NULL DEFAULT '[]',  -- JSON array of users' ids
    filter_tags      TEXT NOT NULL DEFAULT '[]',  -- JSON array of texts
    interest_tags    TEXT NOT NULL DEFAULT '[]',  -- JSON array of texts
    collections      TEXT NOT NULL DEFAULT '[]',  -- JSON array of references (`name:id`)
    parent           INTEGER,                     -- the activity that this one shares
    poll_id          TEXT,
    lat              REAL,
    lng              REAL,
    comment_count    INTEGER NOT NULL DEFAULT 0,
    reaction_count   INTEGER NOT NULL DEFAULT 0,
    bookmark_count   INTEGER NOT NULL DEFAULT 0,
    share_count      INTEGER NOT NULL DEFAULT 0,
    popularity       INTEGER NOT NULL DEFAULT 0,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    edited_at        INTEGER,
    expires_at       INTEGER,
    deleted_at       INTEGER,
    PRIMARY KEY (app, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX activities_by_id ON activities (app, id);
CREATE INDEX activities_by_created_at ON activities (app, created_at, no);
CREATE INDEX activities_by_user ON activities (app, user_id, created_at, no);
CREATE INDEX activities_by_type ON activities (app, type, created_at, no);
CREATE INDEX activities_by_popularity ON activities (app, popularity, no);
CREATE INDEX activities_by_expiry ON activities (app, expires_at, no) WHERE expires_at IS NOT NULL;
CREATE INDEX activities_by_parent ON activities (app, parent, created_at, no) WHERE parent IS NOT NULL;

-- The activities of each feed: what timelines are read from. A deleted activity has no row here.
CREATE TABLE feed_activities (
    app        INTEGER NOT NULL,
    feed       INTEGER NOT NULL,
    created_at INTEGER NOT NULL,                  -- the activity's
    activity   INTEGER NOT NULL,
    group_key  TEXT,                              -- where the feed's group aggregates
    origin     INTEGER,                           -- the feed that was followed, of what stayed when it no longer was
    PRIMARY KEY (app, feed, created_at, activity)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_activities_by_activity ON feed_activities (app, activity, feed);
CREATE INDEX feed_activities_by_group_key ON feed_activities (app, feed, group_key, created_at, activity)
    WHERE group_key IS NOT NULL;

CREATE TABLE activity_tags (
    app      INTEGER NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('filter', 'interest')),
    tag      TEXT NOT NULL,
    activity INTEGER NOT NULL,
    PRIMARY KEY (app, kind, tag, activity)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_tags_by_activity ON activity_tags (app, activity);

-- The words of the activities' texts, in lower case.
CREATE TABLE activity_words (
    app      INTEGER NOT NULL,
    word     TEXT NOT NULL,
    activity INTEGER NOT NULL,
    PRIMARY KEY (app, word, activity)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_words_by_activity ON activity_words (app, activity);

CREATE TABLE follows (
    app             INTEGER NOT NULL,
    source          INTEGER NOT NULL,             -- the feed that follows
    target          INTEGER NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('accepted', 'pending', 'rejected')),
    shown_from      INTEGER NOT NULL DEFAULT 0,   -- the number of the oldest activity of the target that the source shows
    follower_role   TEXT NOT NULL,
    push_preference TEXT NOT NULL,
    custom          TEXT NOT NULL DEFAULT '{}',   -- JSON object
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    accepted_at     INTEGER,
    rejected_at     INTEGER,
    PRIMARY KEY (app, source, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX follows_by_source ON follows (app, source, status, created_at, target);
CREATE INDEX follows_by_target ON follows (app, target, status, created_at, source);
CREATE INDEX follows_by_created_at ON follows (app, created_at, source, target);

CREATE TABLE feed_members (
    app              INTEGER NOT NULL,
    feed             INTEGER NOT NULL,
    user_id          TEXT NOT NULL,
    role             TEXT NOT NULL,
    status           TEXT NOT NULL CHECK (status IN ('member', 'pending', 'rejected')),
    membership_level TEXT,
    custom           TEXT NOT NULL DEFAULT '{}',  -- JSON object
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    accepted_at      INTEGER,
    rejected_at      INTEGER,
    PRIMARY KEY (app, feed, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_members_by_user ON feed_members (app, user_id, feed);

CREATE TABLE pins (
    app        INTEGER NOT NULL,
    feed       INTEGER NOT NULL,
    activity   INTEGER NOT NULL,
    user_id    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, feed, activity)
) STRICT, WITHOUT ROWID;
CREATE INDEX pins_by_activity ON pins (app, activity);

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('feeds', 'feeds', '20000 20000 1'),
    ('feeds', 'feeds_by_fid', '20000 20000 4000 1'),
    ('feeds', 'feeds_by_owner', '20000 20000 3 2 1'),
    ('feeds', 'feeds_by_created_at', '20000 20000 2 1'),
    ('feed_tags', 'feed_tags', '20000 20000 200 1'),
    ('feed_tags', 'feed_tags_by_feed', '20000 20000 2'),
    ('activities', 'activities', '1000000 1000000 1'),
    ('activities', 'activities_by_id', '1000000 1000000 1'),
    ('activities', 'activities_by_created_at', '1000000 1000000 2 1'),
    ('activities', 'activities_by_user', '1000000 1000000 100 2 1'),
    ('activities', 'activities_by_type', '1000000 1000000 200000 2 1'),
    ('activities', 'activities_by_popularity', '1000000 1000000 10000 1'),
    ('activities', 'activities_by_expiry', '10000 10000 2 1'),
    ('activities', 'activities_by_parent', '10000 10000 3 2 1'),
    ('feed_activities', 'feed_activities', '1000000 1000000 50 2 1'),
    ('feed_activities', 'feed_activities_by_activity', '1000000 1000000 1 1'),
    ('feed_activities', 'feed_activities_by_group_key', '10000 10000 100 10 2 1'),
    ('activity_tags', 'activity_tags', '1000000 1000000 500000 1000 1'),
    ('activity_tags', 'activity_tags_by_activity', '1000000 1000000 2'),
    ('activity_words', 'activity_words', '5000000 5000000 100 1'),
    ('activity_words', 'activity_words_by_activity', '5000000 5000000 10'),
    ('follows', 'follows', '500000 500000 50 1'),
    ('follows', 'follows_by_source', '500000 500000 50 45 2 1'),
    ('follows', 'follows_by_target', '500000 500000 50 45 2 1'),
    ('follows', 'follows_by_created_at', '500000 500000 2 1 1'),
    ('feed_members', 'feed_members', '20000 20000 2 1'),
    ('feed_members', 'feed_members_by_user', '20000 20000 2 1'),
    ('pins', 'pins', '1000 1000 2 1'),
    ('pins', 'pins_by_activity', '1000 1000 1');
ANALYZE sqlite_schema;

-- Comments upon activities, and upon each other. Their numbers are of the count of feeds and activities, so that what a comment
-- answers is one number, whether it is an activity or a comment.

CREATE TABLE comments (
    app               INTEGER NOT NULL,
    no                INTEGER NOT NULL,
    id                TEXT NOT NULL,
    activity          INTEGER NOT NULL,
    object_id         TEXT NOT NULL,               -- the activity's id
    under             INTEGER NOT NULL,            -- what it answers: the activity, or a comment
    parent_id         TEXT,                        -- that comment's id
    user_id           TEXT NOT NULL,
    text              TEXT,
    attachments       TEXT NOT NULL DEFAULT '[]',  -- JSON array of objects
    mentioned         TEXT NOT NULL DEFAULT '[]',  -- JSON array of users' ids
    custom            TEXT NOT NULL DEFAULT '{}',  -- JSON object
    i18n              TEXT NOT NULL DEFAULT '{}',  -- JSON object, the translations that were asked for
    reply_count       INTEGER NOT NULL DEFAULT 0,  -- those that answer it, and are there as it is
    reaction_count    INTEGER NOT NULL DEFAULT 0,
    bookmark_count    INTEGER NOT NULL DEFAULT 0,
    upvote_count      INTEGER NOT NULL DEFAULT 0,
    downvote_count    INTEGER NOT NULL DEFAULT 0,
    score             INTEGER NOT NULL DEFAULT 0,
    confidence_score  REAL NOT NULL DEFAULT 0,
    controversy_score REAL NOT NULL DEFAULT 0,     -- 0 for none
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    edited_at         INTEGER,
    deleted_at        INTEGER,
    deleted_with      INTEGER,                     -- the comment whose deletion took it along, which may be itself
    PRIMARY KEY (app, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX comments_by_id ON comments (app, id);
CREATE INDEX comments_by_under ON comments (app, under, deleted_with, created_at, no);
CREATE INDEX comments_by_score ON comments (app, under, score, created_at, no) WHERE deleted_with IS NULL;
CREATE INDEX comments_by_confidence ON comments (app, under, confidence_score, created_at, no) WHERE deleted_with IS NULL;
CREATE INDEX comments_by_controversy ON comments (app, under, controversy_score, created_at, no) WHERE deleted_with IS NULL;
CREATE INDEX comments_by_object ON comments (app, object_id, created_at, no);
CREATE INDEX comments_by_user ON comments (app, user_id, created_at, no);
CREATE INDEX comments_by_created_at ON comments (app, created_at, no);

-- The words of the comments' texts, in lower case.
CREATE TABLE comment_words (
    app     INTEGER NOT NULL,
    word    TEXT NOT NULL,
    comment INTEGER NOT NULL,
    PRIMARY KEY (app, word, comment)
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_words_by_comment ON comment_words (app, comment);

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('comments', 'comments', '1000000 1000000 1'),
    ('comments', 'comments_by_id', '1000000 1000000 1'),
    ('comments', 'comments_by_under', '1000000 1000000 20 15 2 1'),
    ('comments', 'comments_by_score', '1000000 1000000 20 10 2 1'),
    ('comments', 'comments_by_confidence', '1000000 1000000 20 10 2 1'),
    ('comments', 'comments_by_controversy', '1000000 1000000 20 15 2 1'),
    ('comments', 'comments_by_object', '1000000 1000000 50 2 1'),
    ('comments', 'comments_by_user', '1000000 1000000 100 2 1'),
    ('comments', 'comments_by_created_at', '1000000 1000000 2 1'),
    ('comment_words', 'comment_words', '5000000 5000000 100 1'),
    ('comment_words', 'comment_words_by_comment', '5000000 5000000 10');
ANALYZE sqlite_schema;

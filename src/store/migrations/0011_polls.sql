-- Polls (feeds-interactions 5). An activity shows one by its id.

CREATE TABLE polls (
    app            INTEGER NOT NULL,
    id             TEXT NOT NULL,
    name           TEXT NOT NULL,
    description    TEXT NOT NULL DEFAULT '',
    is_anonymous   INTEGER NOT NULL DEFAULT 0,
    is_unique      INTEGER NOT NULL DEFAULT 0,   -- a user has one vote
    votes_max      INTEGER,                      -- a user has so many votes at the most
    takes_options  INTEGER NOT NULL DEFAULT 0,   -- whoever may vote may suggest an option
    takes_answers  INTEGER NOT NULL DEFAULT 0,   -- votes may be texts
    is_closed      INTEGER NOT NULL DEFAULT 0,
    custom         TEXT NOT NULL DEFAULT '{}',   -- JSON object
    created_by     TEXT NOT NULL,
    vote_count     INTEGER NOT NULL DEFAULT 0,
    answer_count   INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX polls_by_created_at ON polls (app, created_at, id);
CREATE INDEX polls_by_creator ON polls (app, created_by, created_at, id);

CREATE TABLE poll_options (
    app        INTEGER NOT NULL,
    poll       TEXT NOT NULL,
    id         TEXT NOT NULL,
    position   INTEGER NOT NULL,                 -- among the poll's
    text       TEXT NOT NULL,
    custom     TEXT NOT NULL DEFAULT '{}',       -- JSON object
    vote_count INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (app, poll, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE poll_votes (
    app        INTEGER NOT NULL,
    poll       TEXT NOT NULL,
    no         INTEGER NOT NULL,                 -- a number of the state's own: the order of what was made at the same moment
    id         TEXT NOT NULL,
    option_id  TEXT NOT NULL DEFAULT '',         -- empty: an answer
    user_id    TEXT NOT NULL,
    answer     TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, poll, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX poll_votes_by_id ON poll_votes (app, poll, id);
CREATE UNIQUE INDEX poll_votes_by_user ON poll_votes (app, user_id, poll, option_id);
CREATE INDEX poll_votes_by_option ON poll_votes (app, poll, option_id, no);

CREATE INDEX activities_by_poll ON activities (app, poll_id, no) WHERE poll_id IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('polls', 'polls', '1000 1000 1'),
    ('polls', 'polls_by_created_at', '1000 1000 2 1'),
    ('polls', 'polls_by_creator', '1000 1000 3 2 1'),
    ('poll_options', 'poll_options', '4000 4000 4 1'),
    ('poll_votes', 'poll_votes', '100000 100000 100 1'),
    ('poll_votes', 'poll_votes_by_id', '100000 100000 100 1'),
    ('poll_votes', 'poll_votes_by_user', '100000 100000 10 2 1'),
    ('poll_votes', 'poll_votes_by_option', '100000 100000 100 25 1'),
    ('activities', 'activities_by_poll', '1000 1000 2 1');
ANALYZE sqlite_schema;

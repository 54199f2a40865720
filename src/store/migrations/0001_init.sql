-- Every primary key begins with the app's number; the api key stands in `apps` alone.
-- Times are integer nanoseconds since the Unix epoch. JSON columns hold objects or arrays, never null.

CREATE TABLE apps (
    app           INTEGER PRIMARY KEY AUTOINCREMENT,
    api_key       TEXT NOT NULL UNIQUE,
    api_secret    TEXT NOT NULL,
    name          TEXT NOT NULL,
    settings      TEXT NOT NULL DEFAULT '{}', -- Stream's settings that were set, as in PATCH /app
    emulator      TEXT NOT NULL DEFAULT '{}', -- millpond's own settings that were set
    clock_mode    TEXT NOT NULL DEFAULT 'system' CHECK (clock_mode IN ('system', 'offset', 'frozen')),
    clock_ns      INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;

-- Apps that are gone while some of their rows are still to be taken away, piece by piece.
CREATE TABLE deleted_apps (
    app INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE users (
    app              INTEGER NOT NULL,
    id               TEXT NOT NULL,
    name             TEXT,
    name_key         TEXT,                        -- the name as enforce_unique_usernames compares it
    image            TEXT,
    role             TEXT NOT NULL,
    teams            TEXT NOT NULL DEFAULT '[]',  -- JSON array of names
    teams_role       TEXT NOT NULL DEFAULT '{}',  -- JSON object: team -> role
    language         TEXT NOT NULL DEFAULT '',
    invisible        INTEGER NOT NULL DEFAULT 0,
    privacy_settings TEXT,                        -- JSON object, NULL until set
    custom           TEXT NOT NULL DEFAULT '{}',  -- JSON object
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    last_active      INTEGER,
    deactivated_at   INTEGER,
    deleted_at       INTEGER,
    deletion         TEXT CHECK (deletion IN ('soft', 'pruning', 'hard')),
    revoke_tokens_issued_before INTEGER,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX users_by_created_at ON users (app, created_at, id);
CREATE INDEX users_by_updated_at ON users (app, updated_at, id);
CREATE INDEX users_by_last_active ON users (app, last_active, id);
CREATE INDEX users_by_name ON users (app, name, id);
CREATE INDEX users_by_name_key ON users (app, name_key) WHERE name_key IS NOT NULL;
CREATE INDEX users_by_role ON users (app, role, id);
-- The exceptional ones, read into memory at start: see `store::facts`.
CREATE INDEX users_exceptional ON users (app, id)
    WHERE revoke_tokens_issued_before IS NOT NULL OR deactivated_at IS NOT NULL OR deleted_at IS NOT NULL
       OR role <> 'user' OR teams <> '[]';

CREATE TABLE user_teams (
    app     INTEGER NOT NULL,
    team    TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (app, team, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_teams_by_user ON user_teams (app, user_id);

CREATE TABLE bans (
    app         INTEGER NOT NULL,
    user_id     TEXT NOT NULL,
    channel_cid TEXT NOT NULL DEFAULT '',         -- '' for the whole app
    shadow      INTEGER NOT NULL DEFAULT 0,
    banned_by   TEXT,
    reason      TEXT,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    PRIMARY KEY (app, user_id, channel_cid)
) STRICT, WITHOUT ROWID;

CREATE TABLE blocks (
    app        INTEGER NOT NULL,
    user_id    TEXT NOT NULL,
    blocked_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app, user_id, blocked_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    app                INTEGER NOT NULL,
    id                 TEXT NOT NULL,
    user_id            TEXT NOT NULL,
    push_provider      TEXT NOT NULL,
    push_provider_name TEXT,
    hardware_id        TEXT,
    voip               INTEGER NOT NULL DEFAULT 0,
    created_at         INTEGER NOT NULL,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_user ON devices (app, user_id, created_at);

CREATE TABLE push_preferences (
    app         INTEGER NOT NULL,
    user_id     TEXT NOT NULL,
    channel_cid TEXT NOT NULL DEFAULT '',         -- '' for the user's own
    preferences TEXT NOT NULL,                    -- JSON object
    PRIMARY KEY (app, user_id, channel_cid)
) STRICT, WITHOUT ROWID;

CREATE TABLE roles (
    app        INTEGER NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    app         INTEGER NOT NULL,
    role        TEXT NOT NULL,
    permissions TEXT NOT NULL,                    -- JSON array of permission ids; stands instead of the role's defaults
    PRIMARY KEY (app, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE permissions (
    app         INTEGER NOT NULL,
    id          TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    action      TEXT NOT NULL,
    owner       INTEGER NOT NULL DEFAULT 0,
    same_team   INTEGER NOT NULL DEFAULT 0,
    condition   TEXT NOT NULL DEFAULT '{}',       -- JSON object
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tasks (
    app        INTEGER NOT NULL,
    id         TEXT NOT NULL,
    status     TEXT NOT NULL,
    result     TEXT NOT NULL DEFAULT '{}',        -- JSON object
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX tasks_by_created_at ON tasks (app, created_at);

CREATE TABLE named_tokens (
    app   INTEGER NOT NULL,
    name  TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (app, name)
) STRICT, WITHOUT ROWID;

-- What the planner is to assume. Without it every index, beginning with the app, looks as good as the primary key, and a
-- look-up by name reads all users of the app. Assumed is one app of 100,000 users.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('users', 'users', '100000 100000 1'),
    ('users', 'users_by_created_at', '100000 100000 2 1'),
    ('users', 'users_by_updated_at', '100000 100000 2 1'),
    ('users', 'users_by_last_active', '100000 100000 10 1'),
    ('users', 'users_by_name', '100000 100000 2 1'),
    ('users', 'users_by_role', '100000 100000 20000 1'),
    ('user_teams', 'user_teams', '100000 100000 1000 1'),
    ('user_teams', 'user_teams_by_user', '100000 100000 2'),
    ('bans', 'bans', '1000 1000 1 1');
ANALYZE sqlite_schema;

-- An app's whole state lies under one number, and so can be copied, kept and exchanged: what stood in `apps` and belongs to
-- the state moves to `states`; `apps` keeps who the app is.

ALTER TABLE apps RENAME TO old_apps;

CREATE TABLE apps (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- as GET /app shows it
    api_key    TEXT NOT NULL UNIQUE,
    api_secret TEXT NOT NULL,
    is_base    INTEGER NOT NULL DEFAULT 1,        -- of the first start or the last import: a reset of everything brings it back
    expires_at INTEGER                            -- end of its time to live, in the system's time
) STRICT;

-- The states of all apps: the one that is live, the one that a reset goes back to, snapshots. `app` is the first column of
-- every other table's key.
CREATE TABLE states (
    app        INTEGER PRIMARY KEY AUTOINCREMENT,
    owner      INTEGER NOT NULL,                  -- the app's id
    role       TEXT NOT NULL CHECK (role IN ('live', 'baseline', 'snapshot', 'making', 'gone')),
    snapshot   TEXT,                              -- a snapshot's name
    kept_at    INTEGER,                           -- when a snapshot was taken, by the app's clock
    name       TEXT NOT NULL,
    settings   TEXT NOT NULL DEFAULT '{}',        -- Stream's settings that were set, as in PATCH /app
    emulator   TEXT NOT NULL DEFAULT '{}',        -- millpond's own settings that were set
    clock_mode TEXT NOT NULL DEFAULT 'system' CHECK (clock_mode IN ('system', 'offset', 'frozen')),
    clock_ns   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX states_live ON states (owner) WHERE role = 'live';
CREATE UNIQUE INDEX states_baseline ON states (owner) WHERE role = 'baseline';
CREATE UNIQUE INDEX states_snapshot ON states (owner, snapshot) WHERE role = 'snapshot';

INSERT INTO apps (id, api_key, api_secret) SELECT app, api_key, api_secret FROM old_apps;
INSERT INTO states (app, owner, role, name, settings, emulator, clock_mode, clock_ns, created_at, updated_at)
    SELECT app, app, 'live', name, settings, emulator, clock_mode, clock_ns, created_at, updated_at FROM old_apps;
INSERT INTO states (app, owner, role, name, created_at, updated_at)
    SELECT app, 0, 'gone', '', 0, 0 FROM deleted_apps;
DROP TABLE old_apps;
DROP TABLE deleted_apps;

CREATE TABLE faults (
    app      INTEGER NOT NULL,
    id       TEXT NOT NULL,
    position INTEGER NOT NULL,                    -- the first that matches a call decides
    fault    TEXT NOT NULL,                       -- JSON object, as in a fixture
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE stubs (
    app   INTEGER NOT NULL,
    place TEXT NOT NULL,                          -- an operation's name, or method and path
    stub  TEXT NOT NULL,                          -- JSON object, as in a fixture
    PRIMARY KEY (app, place)
) STRICT, WITHOUT ROWID;

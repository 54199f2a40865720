-- Backends mint tokens by the wall's clock; an app whose clock is moved judges their times by how its clock ran then.

-- How a clock ran, since it was first moved: a row for each way, and one for the way it ran in before.
CREATE TABLE clock_runs (
    app   INTEGER NOT NULL,
    since INTEGER NOT NULL,                       -- in the system's time
    mode  TEXT NOT NULL CHECK (mode IN ('system', 'offset', 'frozen')),
    ns    INTEGER NOT NULL,
    PRIMARY KEY (app, since)
) STRICT, WITHOUT ROWID;

-- The tokens that had been shown when the clock was moved, with their times by the app's clock.
CREATE TABLE judged_tokens (
    app         INTEGER NOT NULL,
    token       TEXT NOT NULL,                    -- its fingerprint
    shown_at    INTEGER NOT NULL,                 -- when first, in the system's time
    expiry      INTEGER,
    not_before  INTEGER,
    issued      INTEGER,
    is_settled  INTEGER NOT NULL,                 -- whether its iat was found in order
    PRIMARY KEY (app, token)
) STRICT, WITHOUT ROWID;

-- How a revocation's time is judged, a JSON object: as it was decided when it was set. NULL is the app's own time.
ALTER TABLE users ADD COLUMN revocation TEXT;
ALTER TABLE states ADD COLUMN revocation TEXT;

-- Tokens that millpond made by the app's clock, which count themselves in their header.
ALTER TABLE states ADD COLUMN own_tokens INTEGER NOT NULL DEFAULT 0;

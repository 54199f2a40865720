-- Tokens that were ended by hand: made to expire, or revoked as those that a user had in use.
CREATE TABLE ended_tokens (
    app        INTEGER NOT NULL,
    token      TEXT NOT NULL,                     -- its fingerprint, never the token
    kind       TEXT NOT NULL CHECK (kind IN ('expired', 'revoked')),
    user_id    TEXT,
    ended_at   INTEGER NOT NULL,
    expires_at INTEGER,                           -- when it would have expired by itself; the row goes then
    PRIMARY KEY (app, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_tokens_expiry ON ended_tokens (app, expires_at) WHERE expires_at IS NOT NULL;

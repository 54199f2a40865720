-- Files that were sent. What is in them lies once in a folder beside the database, under the hash of it.

CREATE TABLE uploads (
    app        INTEGER NOT NULL,
    id         TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('file', 'image')),
    name       TEXT NOT NULL,                     -- as it stands in the address: no path, no sign of its own
    type       TEXT NOT NULL,                     -- as it is served
    hash       TEXT NOT NULL,                     -- SHA-256 of the content, in hexadecimal digits: the name of the file
    bytes      INTEGER NOT NULL,
    created_by TEXT NOT NULL DEFAULT '',          -- empty: a server for nobody
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_hash ON uploads (hash);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('uploads', 'uploads', '1000 1000 1'),
    ('uploads', 'uploads_by_hash', '1000 2');
ANALYZE sqlite_schema;

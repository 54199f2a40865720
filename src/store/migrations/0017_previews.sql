-- What links look like: no page is ever fetched, so an app's own table says it.

CREATE TABLE link_previews (
    app     INTEGER NOT NULL,
    url     TEXT NOT NULL,
    preview TEXT NOT NULL DEFAULT '{}',           -- JSON object: the fields of an attachment
    PRIMARY KEY (app, url)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('link_previews', 'link_previews', '100 100 1');
ANALYZE sqlite_schema;

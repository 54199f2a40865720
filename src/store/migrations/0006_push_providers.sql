-- Named configurations of those who deliver push messages. The unnamed ones are settings.
CREATE TABLE push_providers (
    app        INTEGER NOT NULL,
    provider   TEXT NOT NULL,                     -- firebase, apn, huawei, xiaomi
    name       TEXT NOT NULL,
    config     TEXT NOT NULL,                     -- JSON object
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (app, provider, name)
) STRICT, WITHOUT ROWID;

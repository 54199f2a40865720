-- Groups of users, which SDKs of every product make and search.

CREATE TABLE user_groups (
    app         INTEGER NOT NULL,
    id          TEXT NOT NULL,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,                    -- the name in lower case, by which groups are searched
    description TEXT,
    team_id     TEXT,
    created_by  TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_groups_by_name ON user_groups (app, name_key, id);
CREATE INDEX user_groups_by_time ON user_groups (app, created_at, id);

CREATE TABLE user_group_members (
    app        INTEGER NOT NULL,
    group_id   TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    is_admin   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app, group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_group_members_by_user ON user_group_members (app, user_id);

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('user_groups', 'user_groups', '1000 1000 1'),
    ('user_groups', 'user_groups_by_name', '1000 1000 2 1'),
    ('user_groups', 'user_groups_by_time', '1000 1000 1 1'),
    ('user_group_members', 'user_group_members', '10000 10000 20 1'),
    ('user_group_members', 'user_group_members_by_user', '10000 10000 5');
ANALYZE sqlite_schema;

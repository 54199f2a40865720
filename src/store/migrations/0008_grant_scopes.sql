-- What is granted to a role is granted in a scope: '.app' for the app as a whole, 'feeds:visible', 'messaging' and so on.
CREATE TABLE scoped_grants (
    app         INTEGER NOT NULL,
    scope       TEXT NOT NULL,
    role        TEXT NOT NULL,
    permissions TEXT NOT NULL,                    -- JSON array of permission ids; stands instead of the role's defaults there
    PRIMARY KEY (app, scope, role)
) STRICT, WITHOUT ROWID;

INSERT INTO scoped_grants (app, scope, role, permissions) SELECT app, '.app', role, permissions FROM grants;
DROP TABLE grants;
ALTER TABLE scoped_grants RENAME TO grants;

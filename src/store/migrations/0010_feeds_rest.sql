-- What suggests feeds to follow, and shows pins in their order.
CREATE INDEX feeds_by_followers ON feeds (app, group_id, follower_count, no) WHERE deleted_at IS NULL;
CREATE INDEX pins_by_created_at ON pins (app, feed, created_at, activity);

-- What the planner is to assume, as in the first migration.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('feeds', 'feeds_by_followers', '20000 20000 4000 100 1'),
    ('pins', 'pins_by_created_at', '1000 1000 2 1 1');
ANALYZE sqlite_schema;

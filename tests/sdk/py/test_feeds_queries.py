"""Queries of activities, feeds, follows and members by getstream: filters of every kind, sorts and pages."""

import pytest
from getstream.models import FeedMemberRequest, FeedRequest, Location, SortParamRequest

from support import refused

OLDEST_FIRST = [SortParamRequest(direction=1, field="created_at", type="")]


@pytest.fixture
def feeds(app):
    return app.server.feeds


@pytest.fixture
def posts(feeds, user_id):
    """Three posts of a user's own, by what they are about."""
    said = {
        "tea": {
            "text": "Brewing green tea",
            "filter_tags": ["drink", "hot"],
            "interest_tags": ["tea"],
            "custom": {"steps": 3, "by": {"name": "Ann"}},
            "search_data": {"campaign": {"id": "spring"}},
            "location": Location(lat=52.52, lng=13.405),
        },
        "cake": {"text": "Carrot cake", "filter_tags": ["food"], "custom": {"steps": 9}, "search_data": {"season": True}},
        "news": {"text": "Green light", "filter_tags": ["hot"], "custom": {"steps": 5}},
    }
    fids = [f"user:{user_id}"]
    made = {name: feeds.add_activity("post", fids, user_id=user_id, **more).data.activity for name, more in said.items()}
    return {activity.id: name for name, activity in made.items()}


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ({}, ["news", "cake", "tea"]),
        ({"activity_type": "post"}, ["news", "cake", "tea"]),
        ({"filter_tags": ["drink", "hot"]}, ["tea"]),
        ({"filter_tags": {"$in": ["drink", "food"]}}, ["cake", "tea"]),
        ({"interest_tags": {"$contains": "tea"}}, ["tea"]),
        ({"custom.steps": {"$gte": 5, "$lt": 9}}, ["news"]),
        ({"custom.by.name": "Ann"}, ["tea"]),
        ({"search_data": {"$contains": {"campaign": {"id": "spring"}}}}, ["tea"]),
        ({"search_data": {"$path_exists": "season"}}, ["cake"]),
        ({"text": {"$q": "green"}}, ["news", "tea"]),
        ({"text": {"$autocomplete": "carr"}}, ["cake"]),
        ({"near": {"$eq": {"lat": 52.5, "lng": 13.4, "distance": 10}}}, ["tea"]),
        ({"within_bounds": {"$eq": {"ne_lat": 53, "ne_lng": 14, "sw_lat": 52, "sw_lng": 13}}}, ["tea"]),
        ({"created_at": {"$lt": "2000-01-01T00:00:00Z"}}, []),
        ({"$or": [{"text": {"$q": "cake"}}, {"custom.steps": 5}]}, ["news", "cake"]),
    ],
)
def test_activities_are_found(feeds, posts, user_id, condition, wanted):
    found = feeds.query_activities(filter={"$and": [{"user_id": user_id}, condition]}).data
    assert ([posts[activity.id] for activity in found.activities], found.next) == (wanted, None)


def test_activities_come_in_an_order_and_in_pages_and_what_is_hidden_where_it_is_asked_for(feeds, posts, user_id):
    mine = {"user_id": user_id}
    first = feeds.query_activities(filter=mine, sort=OLDEST_FIRST, limit=2).data
    assert [posts[activity.id] for activity in first.activities] == ["tea", "cake"]
    second = feeds.query_activities(filter=mine, sort=OLDEST_FIRST, limit=2, next=first.next).data
    assert ([posts[activity.id] for activity in second.activities], second.next) == (["news"], None)
    fids = [f"user:{user_id}"]
    hidden = {
        "private": feeds.add_activity("post", fids, user_id=user_id, visibility="private").data.activity.id,
        "expired": feeds.add_activity("post", fids, user_id=user_id, expires_at="2000-01-01T00:00:00Z").data.activity.id,
        "deleted": feeds.add_activity("post", fids, user_id=user_id).data.activity.id,
    }
    feeds.delete_activity(hidden["deleted"])
    asked = {
        "private": {"include_private_activities": True},
        "expired": {"include_expired_activities": True},
        "deleted": {"include_soft_deleted_activities": True},
    }
    assert len(feeds.query_activities(filter=mine).data.activities) == 3
    for name, more in asked.items():
        found = [activity.id for activity in feeds.query_activities(filter=mine, **more).data.activities]
        assert (hidden[name] in found, len(found)) == (True, 4), name
    with refused("QueryActivities", 400, 4):
        feeds.query_activities(filter={"colour": "red"})


def test_feeds_are_found_and_counted(feeds, user_id):
    names = ["one", "two", "three"]
    wanted = [
        FeedRequest("user", f"{user_id}-{name}", created_by_id=user_id, name=name, filter_tags=[name, user_id])
        for name in names
    ]
    feeds.create_feeds_batch(wanted)
    feeds.add_activity("post", [f"user:{user_id}-two"], user_id=user_id)
    mine = {"created_by_id": user_id}

    def found(condition, **more):
        return [feed.name for feed in feeds.query_feeds(filter={**mine, **condition}, **more).data.feeds]

    assert found({}, sort=OLDEST_FIRST) == names
    assert found({"filter_tags": ["two", user_id]}) == ["two"]
    assert found({"name": {"$autocomplete": "thr"}}) == ["three"]
    assert found({"activity_count": {"$gte": 1}}) == ["two"]
    assert found({"visibility": "private"}) == []
    first = feeds.query_feeds(filter=mine, sort=OLDEST_FIRST, limit=2).data
    assert found({}, sort=OLDEST_FIRST, limit=2, next=first.next) == ["three"]
    counts = feeds.get_feed_counts("user", f"{user_id}-two").data
    assert (counts.activity_count, counts.comment_count, counts.total_count) == (1, 0, 1)


def test_follows_and_members_are_found(app, feeds, user_id):
    others = [f"{user_id}-{n}" for n in range(3)]
    feeds.feed("user", user_id).get_or_create(user_id=user_id)
    for other in others:
        feeds.feed("timeline", other).get_or_create(user_id=other)
        feeds.follow(source=f"timeline:{other}", target=f"user:{user_id}")
    target = {"target_feed": f"user:{user_id}"}

    def sources(condition, **more):
        follows = feeds.query_follows(filter={**target, **condition}, **more).data.follows
        return [follow.source_feed.id for follow in follows]

    assert sources({}, sort=OLDEST_FIRST) == others
    assert sources({"source_id": others[1]}) == [others[1]]
    assert sources({"source_feed": {"$in": [f"timeline:{others[0]}"]}, "status": "accepted"}) == [others[0]]
    assert sources({"status": "rejected"}) == []
    first = feeds.query_follows(filter=target, sort=OLDEST_FIRST, limit=2).data
    assert sources({}, sort=OLDEST_FIRST, limit=2, next=first.next) == [others[2]]
    members = [FeedMemberRequest(user_id=others[0], role="feed_moderator"), FeedMemberRequest(user_id=others[1], invite=True)]
    feeds.update_feed_members("user", user_id, "upsert", members=members)

    def found(condition):
        return [member.user.id for member in feeds.query_feed_members("user", user_id, filter=condition).data.members]

    assert sorted(found({})) == others[:2]
    assert found({"role": "feed_moderator"}) == [others[0]]
    assert found({"status": "pending"}) == [others[1]]
    assert found({"user_id": {"$in": [others[0], "nobody"]}}) == [others[0]]

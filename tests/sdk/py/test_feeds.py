"""Feeds by getstream: every operation that it has and that is built. Its models raise KeyError on what is missing."""

from datetime import UTC, datetime

import pytest
from getstream.models import (
    ActivityRequest,
    Attachment,
    FeedInput,
    FeedRequest,
    FollowRequest,
    Location,
    UnfollowPair,
    UpdateActivityPartialChangeRequest,
)

from support import refused

NOBODY = "user_id is required for server side requests"


@pytest.fixture
def feeds(app):
    return app.server.feeds


@pytest.fixture
def feed(app, user_id):
    """A feed `user:…` of the test's own, and its owner by the same id."""
    feed = app.server.feeds.feed("user", user_id)
    feed.get_or_create(user_id=user_id)
    return feed


def post(app, feed, text, **more):
    fid = f"{feed.feed_group}:{feed.id}"
    return app.server.feeds.add_activity("post", [fid], text=text, user_id=feed.id, **more).data.activity


def texts(feed, **request):
    return [activity.text for activity in feed.get_or_create(user_id=feed.id, **request).data.activities]


def timeline_of(app, user_id):
    timeline = app.server.feeds.feed("timeline", user_id)
    timeline.get_or_create(user_id=user_id)
    return timeline


def targets(follows):
    return [follow.target_feed.feed for follow in follows]


# Feeds


def test_a_feed_is_made_changed_in_part_opened_and_deleted(app, user_id):
    feed = app.server.feeds.feed("user", user_id)
    data = FeedInput(name="Mine", visibility="followers", custom={"a": 1}, location=Location(lat=1.5, lng=2))
    answer = feed.get_or_create(user_id=user_id, data=data)
    assert (answer.status_code(), answer.data.created, answer.data.feed.created_by.id) == (201, True, user_id)
    assert (answer.data.feed.name, answer.data.feed.description, answer.data.feed.custom) == ("Mine", "", {"a": 1})
    assert (answer.data.activities, answer.data.followers, answer.data.members) == ([], [], [])
    assert (answer.data.next, answer.data.notification_status) == (None, None)
    changed = feed.update(description="New", clear_location=True).data.feed
    assert (changed.name, changed.description, changed.location) == ("Mine", "New", None)
    assert changed.updated_at > answer.data.feed.updated_at
    assert feed.change_feed_visibility("public").data.feed.visibility == "public"
    counts = feed.get_feed_counts().data
    assert (counts.activity_count, counts.comment_count, counts.total_count) == (0, 0, 0)
    task = app.server.get_task(feed.delete(hard_delete=True).data.task_id).data
    assert task.status == "completed"
    assert feed.get_or_create(user_id=user_id).data.created


def test_feeds_are_made_and_deleted_by_the_dozen(app, feeds, user_id):
    wanted = [FeedRequest("user", f"{user_id}-{n}", created_by_id=user_id, name=f"No. {n}") for n in range(3)]
    made = feeds.create_feeds_batch(wanted, create_users=True).data.feeds
    assert [feed.name for feed in made] == ["No. 0", "No. 1", "No. 2"]
    assert {feed.created_by.id for feed in made} == {user_id}
    fids = [feed.feed for feed in made]
    with refused("DeleteFeedsBatch", 404, 16):
        feeds.delete_feeds_batch([*fids, "user:nowhere"])
    task = feeds.delete_feeds_batch(fids).data.task_id
    assert app.server.get_task(task).data.status == "completed"
    assert feeds.own_batch(fids, user_id=user_id).data.data == {}


def test_what_feeds_are_to_a_user_is_told_together(app, feeds, feed):
    looker = timeline_of(app, f"{feed.id}-looker")
    feeds.follow(f"timeline:{looker.id}", f"user:{feed.id}")
    own = feeds.own_batch([f"user:{feed.id}"], user_id=looker.id).data.data[f"user:{feed.id}"]
    assert targets(own.own_follows) == [f"user:{feed.id}"]
    assert (own.own_followings, own.own_membership) == ([], None)
    assert "read-feed" in own.own_capabilities
    narrow = feeds.own_batch([f"user:{feed.id}"], user_id=feed.id, fields=["own_capabilities"]).data.data
    assert "delete-feed" in narrow[f"user:{feed.id}"].own_capabilities
    assert narrow[f"user:{feed.id}"].own_follows is None


# Activities


def test_all_that_can_be_said_of_an_activity_comes_back(app, feeds, feed):
    said = {
        "visibility": "tag",
        "visibility_tag": "gold",
        "restrict_replies": "nobody",
        "filter_tags": ["b", "a"],
        "interest_tags": ["tea"],
        "custom": {"deep": {"list": [1, "two"]}},
        "search_data": {"campaign": {"id": "x"}},
        "location": Location(lat=52.5, lng=13.4),
    }
    picture = Attachment(custom={}, type="image", image_url="http://127.0.0.1/a.png")
    given = post(app, feed, "Hi", attachments=[picture], expires_at="2040-01-01T00:00:00Z", **said)
    for name, value in said.items():
        assert getattr(given, name) == value, name
    assert given.expires_at == datetime(2040, 1, 1, tzinfo=UTC)
    assert [one.image_url for one in given.attachments] == [picture.image_url]
    assert given.current_feed.feed == f"user:{feed.id}"
    got = feeds.get_activity(given.id, user_id=feed.id).data.activity
    assert (got.text, got.custom, got.updated_at) == ("Hi", said["custom"], given.updated_at)
    assert (got.own_reactions, got.own_bookmarks, got.comments, got.collections) == ([], [], [], {})


def test_a_whole_update_clears_what_it_does_not_say_and_a_partial_one_keeps_it(app, feeds, feed):
    before = post(app, feed, "before", filter_tags=["t"], custom={"a": 1, "b": {"c": 2}})
    change = {"set": {"text": "part", "custom.b.d": 3}, "unset": ["custom.a"]}
    part = feeds.update_activity_partial(before.id, user_id=feed.id, **change).data.activity
    assert (part.text, part.custom, part.filter_tags) == ("part", {"b": {"c": 2, "d": 3}}, ["t"])
    whole = feeds.update_activity(before.id, user_id=feed.id, text="whole").data.activity
    assert (whole.text, whole.custom, whole.filter_tags) == ("whole", {}, [])
    assert (whole.type, whole.user.id, whole.feeds) == ("post", feed.id, [f"user:{feed.id}"])
    assert whole.created_at == before.created_at
    assert whole.updated_at > part.updated_at > before.updated_at
    assert whole.edited_at is not None


def test_several_are_upserted_in_their_order_changed_in_part_deleted_and_restored(app, feeds, feed):
    ids = [f"{feed.id}-{n}" for n in range(3)]
    wanted = [ActivityRequest("post", [f"user:{feed.id}"], id=id, text=id[-1], user_id=feed.id) for id in ids]
    assert [one.id for one in feeds.upsert_activities(wanted).data.activities] == ids
    assert texts(feed) == ["2", "1", "0"]
    changes = [
        UpdateActivityPartialChangeRequest(id, set={"text": f"{id[-1]} again"}) for id in (ids[0], "nowhere", ids[2])
    ]
    for change in changes:
        change.user_id = feed.id
    parts = feeds.update_activities_partial_batch(changes).data.activities
    assert [one.id for one in parts] == [ids[0], ids[2]]
    deleted = feeds.delete_activities([*ids[:2], "nowhere"], user_id=feed.id).data.deleted_ids
    assert sorted(deleted) == ids[:2]
    assert texts(feed) == ["2 again"]
    assert feeds.restore_activity(ids[0], user_id=feed.id).data.activity.text == "0 again"
    assert texts(feed) == ["2 again", "0 again"]
    feeds.delete_activity(ids[0], hard_delete=True)
    with refused("RestoreActivity", 404, 16, f"activity with id {ids[0]} not found"):
        feeds.restore_activity(ids[0], user_id=feed.id)
    with refused("GetActivity", 404, 16, f"activity with id {ids[1]} not found"):
        feeds.get_activity(ids[1])


def test_a_feed_is_walked_by_pages(app, feed):
    for text in "abcd":
        post(app, feed, text)
    first = feed.get_or_create(user_id=feed.id, limit=2).data
    post(app, feed, "e")
    second = feed.get_or_create(user_id=feed.id, limit=2, next=first.next).data
    shown = [[activity.text for activity in page.activities] for page in (first, second)]
    assert (shown, second.next) == ([["d", "c"], ["b", "a"]], None)


def test_a_share_shows_what_it_shares(app, feed):
    original = post(app, feed, "original")
    share = post(app, feed, "look", parent_id=original.id)
    assert (share.parent.id, share.parent.share_count) == (original.id, 1)


# Follows


def test_history_comes_with_a_follow_and_goes_with_its_end_or_stays(app, feeds, feed):
    post(app, feed, "old")
    timeline = timeline_of(app, f"{feed.id}-fan")
    pair = {"source": f"timeline:{timeline.id}", "target": f"user:{feed.id}"}
    follow = feeds.follow(**pair, custom={"since": "today"}).data.follow
    assert (follow.status, follow.push_preference, follow.follower_role) == ("accepted", "none", "feed_follower")
    assert (follow.source_feed.following_count, follow.target_feed.follower_count) == (1, 1)
    assert texts(timeline) == ["old"]
    kept = feeds.unfollow(**pair, keep_history=True).data.follow
    assert (kept.source_feed.following_count, kept.target_feed.follower_count) == (0, 0)
    post(app, feed, "unseen")
    assert texts(timeline) == ["old"]
    answer = feeds.get_or_create_follow(**pair).data
    assert (answer.created, texts(timeline)) == (True, ["unseen", "old"])
    assert not feeds.get_or_create_follow(**pair).data.created
    with refused("Follow", 400, 4, "follow with source {source} and target {target} already exists in accepted state".format(**pair)):
        feeds.follow(**pair)
    changed = feeds.update_follow(**pair, push_preference="all", follower_role="friend").data.follow
    assert (changed.push_preference, changed.follower_role) == ("all", "friend")
    ended = feeds.get_or_create_unfollow(**pair).data
    assert (ended.deleted, targets([ended.follow])) == (True, [pair["target"]])
    nothing = feeds.get_or_create_unfollow(**pair).data
    assert (nothing.deleted, nothing.follow) == (False, None)
    assert texts(timeline) == []
    with refused("Unfollow", 404, 16):
        feeds.unfollow(**pair)


def test_a_request_is_accepted_and_rejected_after_that(app, feeds, user_id):
    app.server.feeds.feed("user", user_id).get_or_create(user_id=user_id, data=FeedInput(visibility="followers"))
    timeline = timeline_of(app, f"{user_id}-asks")
    pair = {"source": f"timeline:{timeline.id}", "target": f"user:{user_id}"}
    assert feeds.follow(**pair).data.follow.status == "pending"
    accepted = feeds.accept_follow(**pair).data.follow
    assert (accepted.status, accepted.target_feed.follower_count) == ("accepted", 1)
    assert accepted.request_accepted_at is not None
    rejected = feeds.reject_follow(**pair).data.follow
    assert (rejected.status, rejected.target_feed.follower_count) == ("rejected", 0)
    assert rejected.request_rejected_at is not None


def test_many_are_followed_and_unfollowed_at_once(app, feeds, user_id):
    fids = [f"user:{user_id}-{n}" for n in range(3)]
    follows = [FollowRequest(f"timeline:{user_id}", fid) for fid in fids]
    first = feeds.follow_batch(follows[:2], create_users=True).data
    assert (targets(first.created), targets(first.follows)) == (fids[:2], fids[:2])
    second = feeds.get_or_create_follows(follows, create_users=True).data
    assert (targets(second.created), targets(second.follows)) == (fids[2:], fids)
    pairs = [UnfollowPair(one.source, one.target) for one in follows]
    assert targets(feeds.unfollow_batch(pairs[:2]).data.follows) == fids[:2]
    assert targets(feeds.get_or_create_unfollows(pairs).data.follows) == fids[2:]


# What is refused


def test_a_server_has_to_say_in_whose_name(app, feeds, feed):
    activity = post(app, feed, "mine")
    fids = [f"user:{feed.id}"]
    with refused("GetOrCreateFeed", 400, 4, NOBODY):
        feed.get_or_create()
    with refused("AddActivity", 400, 4, NOBODY):
        feeds.add_activity("post", fids)
    with refused("UpsertActivities", 400, 4, NOBODY):
        feeds.upsert_activities([ActivityRequest("post", fids)])
    with refused("UpdateActivity", 400, 4, NOBODY):
        feeds.update_activity(activity.id, text="no")
    with refused("UpdateActivityPartial", 400, 4, NOBODY):
        feeds.update_activity_partial(activity.id, set={"text": "no"})
    feeds.delete_activity(activity.id)
    with refused("RestoreActivity", 400, 4, NOBODY):
        feeds.restore_activity(activity.id)


def test_a_user_is_told_what_is_not_allowed_and_where(app, feed):
    visitor = app.user(f"{feed.id}-visitor").feeds
    barred = f"User '{feed.id}-visitor' with role 'user' is not allowed to perform action {{}} in scope 'feeds:visible'"
    with refused("AddActivity", 403, 17, barred.format("AddActivity")):
        visitor.add_activity("post", [f"user:{feed.id}"], text="x")
    with refused("DeleteFeed", 403, 17, barred.format("DeleteFeed")):
        visitor.delete_feed("user", feed.id)
    assert visitor.get_or_create_feed("user", feed.id).data.feed.created_by.id == feed.id

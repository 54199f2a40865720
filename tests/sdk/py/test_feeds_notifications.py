"""Notification feeds, marks and stories by getstream. Its models raise KeyError on what is missing."""

from datetime import UTC, datetime, timedelta

import pytest
from getstream.models import ActivityRequest, AggregationConfig, NotificationConfig

from support import refused


@pytest.fixture
def feeds(app):
    return app.server.feeds


@pytest.fixture
def inbox(app, user_id):
    """The notification feed of a user of the test's own."""
    feed = app.server.feeds.feed("notification", user_id)
    feed.get_or_create(user_id=user_id)
    return feed


def read(feed, **request):
    return feed.get_or_create(user_id=feed.id, **request).data


def counts(page):
    return page.notification_status.unread, page.notification_status.unseen


def keys(page):
    return [group.group for group in page.aggregated_activities]


def note(app, feed, kind, by="somebody"):
    fid = f"{feed.feed_group}:{feed.id}"
    return app.server.feeds.add_activity(kind, [fid], user_id=by).data.activity


def test_a_follow_is_told_once_and_taken_back(app, feeds, inbox, user_id):
    app.server.feeds.feed("user", user_id).get_or_create(user_id=user_id)
    timeline = app.server.feeds.feed("timeline", f"{user_id}-fan")
    timeline.get_or_create(user_id=timeline.id)
    pair = (f"timeline:{timeline.id}", f"user:{user_id}")
    assert feeds.follow(*pair, create_notification_activity=True).data.notification_created is True
    assert feeds.get_or_create_follow(*pair, create_notification_activity=True).data.notification_created is False
    page = read(inbox)
    assert counts(page) == (1, 1)
    (group,) = page.aggregated_activities
    assert (group.is_read, group.is_seen, group.activity_count, group.user_count) == (False, False, 1, 1)
    (activity,) = group.activities
    context = activity.notification_context
    assert (activity.type, context.trigger.type, context.target.id) == ("follow", "follow", user_id)
    assert context.trigger.text
    feeds.unfollow(*pair, delete_notification_activity=True)
    assert counts(read(inbox)) == (0, 0)


def test_mentions_are_told_and_taken_back(app, feeds, inbox, user_id):
    said = {"mentioned_user_ids": [user_id], "create_notification_activity": True, "user_id": "author"}
    answer = feeds.add_activity("post", ["user:author"], text="hi", **said).data
    assert answer.mention_notifications_created == 1
    request = ActivityRequest(type="post", feeds=["user:author"], **said)
    assert feeds.upsert_activities([request]).data.mention_notifications_created == 1
    assert counts(read(inbox)) == (2, 2)
    feeds.update_activity(answer.activity.id, text="bye", user_id="author", handle_mention_notifications=True)
    assert counts(read(inbox)) == (1, 1)
    other = feeds.add_activity("post", ["user:author"], **said).data.activity
    feeds.delete_activities([other.id], delete_notification_activity=True, user_id="author")
    assert counts(read(inbox)) == (1, 1)


def test_groups_are_marked_by_their_keys_and_all_at_once(app, inbox):
    for kind in ["like", "like", "poke"]:
        note(app, inbox, kind)
    page = read(inbox)
    assert [group.activity_count for group in page.aggregated_activities] == [1, 2]
    assert page.notification_status.read_activities is None
    poke, like = keys(page)
    inbox.mark_activity(user_id=inbox.id, mark_read=[like], mark_all_seen=True)
    page = read(inbox)
    assert counts(page) == (1, 0)
    assert page.notification_status.read_activities == [like]
    assert (page.notification_status.last_read_at, page.notification_status.last_seen_at is None) == (None, False)
    assert [group.is_read for group in page.aggregated_activities] == [False, True]
    note(app, inbox, "like")
    assert counts(read(inbox)) == (2, 1)
    inbox.mark_activity(user_id=inbox.id, mark_all_read=True)
    assert counts(read(inbox)) == (0, 1)
    some = read(inbox, limit=1)
    assert keys(some) == [like]
    assert keys(read(inbox, limit=1, next=some.next)) == [poke]
    with refused("MarkActivity", 400, 4, "user_id is required for server side requests"):
        inbox.mark_activity(mark_all_read=True)


def test_a_flat_group_that_tracks_and_one_that_aggregates(app, feeds, user_id):
    feeds.create_feed_group(f"flat-{user_id}", notification=NotificationConfig(track_read=True, track_seen=True))
    flat = feeds.feed(f"flat-{user_id}", user_id)
    first, second = (note(app, flat, kind, by=user_id) for kind in ["a", "b"])
    flat.mark_activity(user_id=user_id, mark_read=[first.id], mark_seen=[first.id, second.id])
    page = read(flat)
    assert [(one.is_read, one.is_seen) for one in page.activities] == [(False, True), (True, True)]
    assert counts(page) == (1, 0)
    feeds.create_feed_group(f"by-{user_id}", aggregation=AggregationConfig(format="{{ user_id }}_{{ type }}"))
    grouped = feeds.feed(f"by-{user_id}", user_id)
    for kind in ["a", "b", "a"]:
        note(app, grouped, kind)
    page = read(grouped)
    assert (keys(page), page.notification_status) == (["somebody_a", "somebody_b"], None)


def test_stories_are_grouped_by_author_and_watched(app, feeds, user_id):
    soon = datetime.now(UTC) + timedelta(hours=1)
    story = feeds.add_activity("story", [f"story:{user_id}"], user_id=user_id, expires_at=soon.isoformat()).data.activity
    stories = feeds.feed("stories", f"{user_id}-fan")
    stories.get_or_create(user_id=stories.id)
    feeds.follow(f"stories:{stories.id}", f"story:{user_id}")
    (group,) = read(stories).aggregated_activities
    assert (group.group, group.is_watched) == (user_id, False)
    stories.mark_activity(user_id=stories.id, mark_watched=[story.id])
    (group,) = read(stories).aggregated_activities
    assert (group.is_watched, [one.is_watched for one in group.activities]) == (True, [True])
    seen = feeds.get_or_create_feed("story", user_id, user_id=stories.id).data.activities
    assert [one.is_watched for one in seen] == [True]

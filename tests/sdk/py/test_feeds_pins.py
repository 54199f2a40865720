"""Pins, shares and suggestions by getstream."""

import pytest

from support import refused


@pytest.fixture
def feeds(app):
    return app.server.feeds


@pytest.fixture
def feed(app, user_id):
    """A feed `user:…` of the test's own, and its owner by the same id."""
    feed = app.server.feeds.feed("user", user_id)
    feed.get_or_create(user_id=user_id)
    return feed


def post(feeds, user_id, **more):
    return feeds.add_activity("post", [f"user:{user_id}"], user_id=user_id, **more).data.activity


def test_a_server_pins_for_a_user_and_finds_what_is_pinned(feeds, feed):
    activity = post(feeds, feed.id, text="pinned")
    pin = feeds.pin_activity("user", feed.id, activity.id, user_id=feed.id).data
    assert (pin.feed, pin.user_id, pin.activity.text) == (f"user:{feed.id}", feed.id, "pinned")
    shown = feed.get_or_create(user_id=feed.id).data
    assert ([one.activity.id for one in shown.pinned_activities], shown.feed.pin_count) == ([activity.id], 1)
    found = feeds.query_pinned_activities("user", feed.id, filter={"activity_id": activity.id}).data
    assert [one.user.id for one in found.pinned_activities] == [feed.id]
    gone = feeds.unpin_activity("user", feed.id, activity.id, user_id=feed.id).data
    assert gone.activity.current_feed.pin_count == 0
    with refused("UnpinActivity", 404, 16):
        feeds.unpin_activity("user", feed.id, activity.id, user_id=feed.id)


def test_who_shares_an_activity_is_told(feeds, feed):
    original = post(feeds, feed.id)
    shares = [post(feeds, f"{feed.id}-{n}", parent_id=original.id).id for n in range(3)]
    first = feeds.query_activity_shares(original.id, limit=2).data
    assert [share.activity_id for share in first.shares] == [shares[2], shares[1]]
    second = feeds.query_activity_shares(original.id, limit=2, next=first.next).data
    assert ([share.user.id for share in second.shares], second.next) == ([f"{feed.id}-0"], None)


def test_feeds_to_follow_are_suggested(feeds, feed):
    suggested = feeds.get_follow_suggestions("user", limit=100, user_id=f"{feed.id}-other").data
    assert feed.id in [one.id for one in suggested.suggestions]
    own = feeds.get_follow_suggestions("user", limit=100, user_id=feed.id).data
    assert feed.id not in [one.id for one in own.suggestions]

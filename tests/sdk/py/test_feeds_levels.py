"""Membership levels, what is measured, limits, usage and user data by getstream."""

import json
from urllib.request import urlopen

import pytest
from getstream.models import FeedMemberRequest, TrackActivityMetricsEvent, UserRequest

from support import refused


@pytest.fixture
def feeds(app):
    return app.server.feeds


@pytest.fixture
def activity(feeds, user_id):
    return feeds.add_activity("post", [f"user:{user_id}"], text="hi", user_id=user_id).data.activity


def test_a_level_is_made_found_changed_and_deleted(feeds, user_id):
    made = feeds.create_membership_level(user_id, "Gold", priority=2, tags=[user_id], custom={"a": 1}).data
    level = made.membership_level
    assert (level.id, level.name, level.priority, level.tags, level.custom) == (user_id, "Gold", 2, [user_id], {"a": 1})
    with refused("CreateMembershipLevel", 400, 4):
        feeds.create_membership_level(user_id, "Again")
    found = feeds.query_membership_levels(filter={"tags": {"$in": [user_id]}}).data.membership_levels
    assert [one.id for one in found] == [user_id]
    changed = feeds.update_membership_level(user_id, description="Best").data.membership_level
    assert (changed.name, changed.description) == ("Gold", "Best")
    feeds.delete_membership_level(user_id)
    assert feeds.query_membership_levels(filter={"id": user_id}).data.membership_levels == []


def test_what_is_of_a_tag_is_whole_for_who_has_the_level(app, feeds, user_id):
    feeds.create_membership_level(f"level-{user_id}", "Level", tags=["tag"])
    member, other = f"{user_id}-member", f"{user_id}-other"
    app.server.upsert_users(UserRequest(member), UserRequest(other))
    tagged = {"text": "whole", "visibility": "tag", "visibility_tag": "tag"}
    one = feeds.add_activity("post", [f"user:{user_id}"], user_id=user_id, **tagged).data.activity
    request = FeedMemberRequest(user_id=member, membership_level=f"level-{user_id}")
    added = feeds.update_feed_members("user", user_id, "upsert", members=[request]).data.added
    assert added[0].membership_level.name == "Level"
    shown = {who: feeds.get_activity(one.id, user_id=who).data.activity for who in [member, other]}
    assert [(shown[who].text, shown[who].preview) for who in [member, other]] == [("whole", False), (None, True)]


def test_what_is_measured_is_shown(feeds, activity, user_id):
    events = [TrackActivityMetricsEvent(activity.id, metric, delta) for metric, delta in [("views", 3), ("clicks", 6)]]
    results = feeds.track_activity_metrics(events, user_id=user_id).data.results
    assert [(one.metric, one.allowed) for one in results] == [("views", True), ("clicks", False)]
    assert feeds.get_activity(activity.id).data.activity.metrics == {"views": 3}


def test_limits_and_usage_are_told(feeds, activity):
    limits = feeds.get_feeds_rate_limits(server_side=True, endpoints="AddActivity").data
    assert (limits.server_side["AddActivity"].limit, limits.web) == (1000, None)
    usage = feeds.query_feeds_usage_stats().data
    assert (len(usage.activities.daily), usage.openai_requests.total) == (30, 0)
    assert usage.activities.total >= 1
    with refused("QueryFeedsUsageStats", 400, 4):
        feeds.query_feeds_usage_stats(to="tomorrow")


def test_what_a_user_has_is_exported_and_deleted(app, feeds, activity, user_id):
    task = app.server.get_task(feeds.export_feed_user_data(user_id).data.task_id).data
    with urlopen(task.result["url"]) as file:
        exported = json.load(file)
    assert [one["id"] for one in exported["activities"]] == [activity.id]
    task = app.server.get_task(feeds.delete_feed_user_data(user_id, hard_delete=True).data.task_id).data
    assert task.status == "completed"
    with refused("GetActivity", 404, 16):
        feeds.get_activity(activity.id)

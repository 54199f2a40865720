"""Groups, views, visibilities and members of feeds by getstream, whose models raise KeyError on what is missing."""

import pytest
from getstream.models import FeedMemberRequest

from support import refused


@pytest.fixture
def feeds(app):
    return app.server.feeds


@pytest.fixture
def feed(app, user_id):
    feed = app.server.feeds.feed("user", user_id)
    feed.get_or_create(user_id=user_id)
    return feed


def test_a_group_is_made_found_changed_deleted_and_restored(feeds):
    assert {"user", "timeline", "foryou", "notification", "story", "stories"} <= set(feeds.list_feed_groups().data.groups)
    made = feeds.create_feed_group("clubs", default_visibility="public").data.feed_group
    assert (made.id, made.default_visibility) == ("clubs", "public")
    again = feeds.get_or_create_feed_group("clubs", default_visibility="private").data
    assert (again.was_created, again.feed_group.default_visibility) == (False, "public")
    assert feeds.update_feed_group("clubs", default_visibility="members").data.feed_group.default_visibility == "members"
    feeds.delete_feed_group("clubs")
    with refused("GetOrCreateFeed", 404, 16):
        feeds.get_or_create_feed("clubs", "chess", user_id="founder")
    feeds.restore_feed_group("clubs")
    assert feeds.get_feed_group("clubs").data.feed_group.deleted_at is None
    assert feeds.get_or_create_feed("clubs", "chess", user_id="founder").data.feed.visibility == "members"


def test_a_view_is_made_found_changed_and_deleted(feeds):
    assert feeds.create_feed_view("mine").data.feed_view.id == "mine"
    assert not feeds.get_or_create_feed_view("mine").data.was_created
    assert feeds.update_feed_view("mine").data.feed_view.id == "mine"
    assert feeds.get_feed_view("mine").data.feed_view.id == "mine"
    assert "mine" in feeds.list_feed_views().data.views
    feeds.delete_feed_view("mine")
    with refused("GetFeedView", 404, 16):
        feeds.get_feed_view("mine")


def test_what_a_role_may_on_feeds_of_a_visibility_is_for_the_app_to_say(own_app):
    feeds = own_app.server.feeds
    assert set(feeds.list_feed_visibilities().data.feed_visibilities) == {"public", "visible", "followers", "members", "private"}
    changed = feeds.update_feed_visibility("visible", grants={"user": []}).data.feed_visibility
    assert changed.grants["user"] == []
    assert feeds.get_feed_visibility("visible").data.feed_visibility.grants == changed.grants


def test_members_come_are_found_and_go(app, feeds, feed):
    ids = [f"{feed.id}-{n}" for n in range(3)]
    for id in ids:
        app.server.create_user(id=id, name=id)
    added = feed.update_feed_members("upsert", members=[FeedMemberRequest(id) for id in ids]).data.added
    assert [(one.user.id, one.role, one.status) for one in added] == [(id, "feed_member", "member") for id in ids]
    assert [one.user.id for one in feed.query_feed_members(filter={"user_id": ids[1]}).data.members] == [ids[1]]
    removed = feed.update_feed_members("remove", members=[FeedMemberRequest(id) for id in ids[:2]]).data.removed_ids
    assert sorted(removed) == ids[:2]
    feed.update_feed_members("upsert", members=[FeedMemberRequest(id, invite=True) for id in ids[:2]])
    assert feed.accept_feed_member_invite(user_id=ids[0]).data.member.status == "member"
    assert feed.reject_feed_member_invite(user_id=ids[1]).data.member.status == "rejected"
    assert feed.get_or_create(user_id=feed.id).data.feed.member_count == 2

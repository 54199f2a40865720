"""Reactions, bookmarks, their folders and feedback by getstream."""

import pytest
from getstream.models import AddFolderRequest

from support import refused


@pytest.fixture
def feeds(app):
    return app.server.feeds


@pytest.fixture
def activity(feeds, user_id):
    """An activity in a feed `user:…` of the test's own user."""
    return feeds.add_activity("post", [f"user:{user_id}"], user_id=user_id, text="hi").data.activity


def who(reactions):
    return [(reaction.user.id, reaction.type) for reaction in reactions]


def test_a_server_reacts_for_users_and_finds_reactions(feeds, activity, user_id):
    reacted = feeds.add_activity_reaction(activity.id, "like", user_id=user_id, custom={"n": 1}).data
    assert (reacted.reaction.activity_id, reacted.reaction.custom) == (activity.id, {"n": 1})
    other = f"{user_id}-other"
    feeds.add_activity_reaction(activity.id, "love", user_id=other, create_users=True)
    only = feeds.add_activity_reaction(activity.id, "wow", user_id=other, enforce_unique=True).data.activity
    assert {kind: group.count for kind, group in only.reaction_groups.items()} == {"like": 1, "wow": 1}
    assert only.reaction_groups["wow"].first_reaction_at.tzinfo is not None
    assert (who(only.latest_reactions), who(only.own_reactions)) == ([(other, "wow"), (user_id, "like")], [(other, "wow")])
    first = feeds.query_activity_reactions(activity.id, limit=1).data
    assert who(first.reactions) == [(other, "wow")]
    second = feeds.query_activity_reactions(activity.id, limit=1, next=first.next).data
    assert (who(second.reactions), second.next) == ([(user_id, "like")], None)
    found = feeds.query_activity_reactions(activity.id, filter={"type": "like"}).data
    assert who(found.reactions) == [(user_id, "like")]
    own = feeds.batch_query_activity_reactions([activity.id], user_id=other).data
    assert who(own.reactions) == [(other, "wow")]
    gone = feeds.delete_activity_reaction(activity.id, "like", user_id=user_id).data
    assert (gone.reaction.type, gone.activity.reaction_count) == ("like", 1)
    with refused("DeleteActivityReaction", 404, 16):
        feeds.delete_activity_reaction(activity.id, "like", user_id=user_id)


def test_a_server_keeps_bookmarks_in_folders_for_a_user(feeds, activity, user_id):
    folder = AddFolderRequest(name="Later", custom={"icon": "x"})
    kept = feeds.add_bookmark(activity.id, user_id=user_id, new_folder=folder).data.bookmark
    assert (kept.object_type, kept.object_id, kept.folder.name) == ("activity", activity.id, "Later")
    assert kept.activity.bookmark_count == 1
    same = feeds.update_bookmark(activity.id, folder_id=kept.folder.id, user_id=user_id).data.bookmark
    assert (same.folder.id, same.updated_at > kept.updated_at) == (kept.folder.id, True)
    found = feeds.query_bookmarks(filter={"user_id": user_id}).data.bookmarks
    assert [(one.activity.id, one.folder.name) for one in found] == [(activity.id, "Later")]
    renamed = feeds.update_bookmark_folder(kept.folder.id, name="Sooner", user_id=user_id).data.bookmark_folder
    assert (renamed.name, renamed.custom) == ("Sooner", {"icon": "x"})
    folders = feeds.query_bookmark_folders(filter={"user_id": user_id}).data.bookmark_folders
    assert [one.name for one in folders] == ["Sooner"]
    loose = feeds.add_bookmark(activity.id, user_id=user_id).data.bookmark
    assert (loose.folder, loose.activity.bookmark_count) == (None, 2)
    feeds.delete_bookmark_folder(kept.folder.id)
    gone = feeds.delete_bookmark(activity.id, user_id=user_id).data.bookmark
    assert gone.activity.bookmark_count == 0
    with refused("DeleteBookmark", 404, 16):
        feeds.delete_bookmark(activity.id, user_id=user_id)


def test_what_a_user_hides_is_left_out_of_what_he_reads(feeds, activity, user_id):
    other = f"{user_id}-other"
    assert feeds.activity_feedback(activity.id, hide=True, user_id=other).data.activity_id == activity.id
    feeds.activity_feedback(activity.id, user_id=other)
    assert feeds.feed("user", user_id).get_or_create(user_id=other).data.activities == []
    assert [one.id for one in feeds.feed("user", user_id).get_or_create(user_id=user_id).data.activities] == [activity.id]
    assert feeds.get_activity(activity.id).data.activity.hidden is False


def test_a_server_keeps_bookmarks_of_comments_for_a_user(feeds, activity, user_id):
    comment = feeds.add_comment(comment="x", object_id=activity.id, object_type="activity", user_id=user_id).data.comment
    kept = feeds.add_comment_bookmark(comment.id, user_id=user_id, custom={"n": 1}).data.bookmark
    assert (kept.object_id, kept.object_type, kept.comment.bookmark_count) == (comment.id, "comment", 1)
    assert (kept.activity.id, kept.activity.user.id) == ("", "")
    changed = feeds.update_comment_bookmark(comment.id, user_id=user_id, custom={"n": 2}).data.bookmark
    assert changed.custom == {"n": 2}
    found = feeds.query_bookmarks(filter={"object_id": comment.id}).data.bookmarks
    assert [one.comment.id for one in found] == [comment.id]
    assert feeds.delete_comment_bookmark(comment.id, user_id=user_id).data.bookmark.comment.bookmark_count == 0


def test_what_a_user_reacts_to_tells_of_interests(feeds, user_id):
    tagged = feeds.add_activity("post", [f"user:{user_id}"], user_id=user_id, interest_tags=["Tea"]).data.activity
    feeds.add_activity_reaction(tagged.id, "like", user_id=user_id)
    assert [(one.tag, one.count) for one in feeds.get_user_interests(user_id).data.interests] == [("tea", 1)]

"""Comments by getstream."""

import pytest
from getstream.models import AddCommentRequest

from support import refused


@pytest.fixture
def feeds(app):
    return app.server.feeds


@pytest.fixture
def activity(feeds, user_id):
    """An activity in a feed of the test's own, whose owner and author have its id."""
    return feeds.add_activity("post", [f"user:{user_id}"], id=user_id, user_id=user_id, text="hi").data.activity


def comment(feeds, activity, text, **more):
    more.setdefault("user_id", activity.user.id)
    return feeds.add_comment(comment=text, object_id=activity.id, object_type="activity", **more).data.comment


def ids(comments):
    return [one.id for one in comments]


def test_a_server_comments_for_users_and_reads_threads(feeds, activity):
    root = comment(feeds, activity, "root", custom={"a": 1}, mentioned_user_ids=[activity.user.id])
    assert (root.text, root.status, root.custom, root.reply_count) == ("root", "active", {"a": 1}, 0)
    assert ids(root.mentioned_users) == [activity.user.id]
    other = f"{activity.id}-other"
    reply = comment(feeds, activity, "reply", parent_id=root.id, user_id=other, create_notification_activity=True)
    assert (reply.parent_id, reply.user.id) == (root.id, other)
    batch = [
        AddCommentRequest(comment=text, object_id=activity.id, object_type="activity", user_id=other)
        for text in ("two", "three")
    ]
    two, three = feeds.add_comments_batch(comments=batch).data.comments
    page = feeds.get_comments(activity.id, "activity", sort="first", limit=2, depth=2).data
    assert (ids(page.comments), ids(page.comments[0].replies)) == ([root.id, two.id], [reply.id])
    assert page.comments[0].meta.has_more is False
    rest = feeds.get_comments(activity.id, "activity", next=page.next).data
    assert (ids(rest.comments), rest.next, rest.sort) == ([three.id], None, "first")
    replies = feeds.get_comment_replies(root.id).data
    assert ids(replies.comments) == [reply.id]
    found = feeds.query_comments(filter={"object_id": activity.id, "user_id": other}, sort="first").data
    assert ids(found.comments) == [reply.id, two.id, three.id]
    told = feeds.feed("notification", activity.user.id).get_or_create(user_id=activity.user.id).data
    assert [one.type for group in told.aggregated_activities for one in group.activities] == ["comment_reply"]


def test_a_comment_is_changed_deleted_and_restored(feeds, activity):
    root = comment(feeds, activity, "old")
    comment(feeds, activity, "reply", parent_id=root.id)
    changed = feeds.update_comment(root.id, comment="new").data.comment
    assert (changed.text, changed.edited_at) == ("new", changed.updated_at)
    changed = feeds.update_comment_partial(root.id, set={"custom.a": {"b": 1}}, user_id=activity.user.id).data.comment
    assert changed.custom == {"a": {"b": 1}}
    gone = feeds.delete_comment(root.id).data
    assert (gone.comment.status, gone.activity.comment_count) == ("deleted", 0)
    with refused("GetComment", 404, 16):
        feeds.get_comment(root.id)
    back = feeds.restore_comment(root.id, user_id=activity.user.id).data
    assert (back.comment.reply_count, back.activity.comment_count) == (1, 2)
    feeds.delete_comment(root.id, hard_delete=True, delete_notification_activity=True)
    with refused("RestoreComment", 404, 16):
        feeds.restore_comment(root.id, user_id=activity.user.id)
    shown = feeds.get_activity(activity.id, comment_sort="first", comment_limit=3).data.activity
    assert (shown.comments, shown.comment_count) == ([], 0)


def test_a_server_reacts_to_comments_for_users(feeds, activity):
    root = comment(feeds, activity, "root")
    for kind in ("upvote", "like"):
        shown = feeds.add_comment_reaction(root.id, kind, user_id=activity.user.id).data
    assert (shown.reaction.comment_id, shown.comment.reaction_count, shown.comment.score) == (root.id, 2, 1)
    own = feeds.batch_query_comment_reactions(comment_ids=[root.id], user_id=activity.user.id).data
    assert [one.type for one in own.reactions] == ["like", "upvote"]
    assert len(feeds.query_comment_reactions(root.id).data.reactions) == 2
    gone = feeds.delete_comment_reaction(root.id, "like", user_id=activity.user.id).data
    assert (gone.reaction.type, gone.comment.reaction_count) == ("like", 1)
    assert [one.type for one in feeds.get_comment(root.id, user_id=activity.user.id).data.comment.own_reactions] == ["upvote"]


def test_texts_are_translated_by_a_marker(feeds, activity):
    root = comment(feeds, activity, "root")
    assert feeds.translate_comment(root.id, "fr").data.comment.i18n == {"language": "en", "fr_text": "[fr] root"}
    assert feeds.translate_activity(activity.id, "es-MX").data.activity.i18n["es-MX_text"] == "[es-MX] hi"
    read = feeds.get_comments(activity.id, "activity", language="fr", translate_text=True).data.comments
    assert [one.i18n["fr_text"] for one in read] == ["[fr] root"]
    with refused("TranslateActivity", 400, 4):
        feeds.translate_activity(activity.id, "xx")


def test_what_becomes_of_comments_is_kept_where_the_app_says_so(own_app):
    feeds = own_app.server.feeds
    own_app.server.update_app(feed_audit_logs_enabled=True)
    posted = feeds.add_activity("post", ["user:john"], user_id="john", text="hi").data.activity
    root = comment(feeds, posted, "old")
    feeds.update_comment(root.id, comment="new")
    newest, oldest = feeds.query_revision_history(filter={"object_id": root.id}).data.revisions
    assert (newest.action_type, newest.changed_fields, newest.user_id) == ("edit", ["text"], "")
    assert newest.previous_obj_serialized["text"] == "old"
    assert (oldest.action_type, oldest.object_type, oldest.previous_obj_serialized) == ("create", "comment", None)

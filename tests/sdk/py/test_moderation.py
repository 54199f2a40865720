"""Moderation by the server SDK."""

from getstream.models import (
    BlockListConfig,
    BlockListRule,
    DeleteActivityRequestPayload,
    FeedsModerationTemplateConfigPayload,
    ModerationPayload,
    SortParamRequest,
)

ACTIVITY = "stream:feeds:v3:activity"


def posted(own_app):
    server = own_app.server
    for user in ("eve", "john", "mia"):
        server.create_user(id=user)
    server.feeds.add_activity(id="post", feeds=["user:eve"], type="post", text="rude", user_id="eve")
    return server


def shown(server):
    feed = server.feeds.get_or_create_feed("user", "eve", user_id="john").data
    return [activity.id for activity in feed.activities]


def test_what_a_user_flags_is_reviewed_and_deleted(own_app):
    server = posted(own_app)
    item_id = server.moderation.flag("post", ACTIVITY, reason="rude", user_id="john").data.item_id
    queue = server.moderation.query_review_queue(
        filter={"status": "pending", "entity_id": "post"}, sort=[SortParamRequest(field="created_at", direction=-1)]
    ).data
    (item,) = queue.items
    assert (item.id, item.flags_count, item.entity_creator.id) == (item_id, 1, "eve")
    assert item.feeds_v3_activity.text == "rude"
    done = server.moderation.submit_action(
        "delete_activity", item_id=item_id, user_id="mia", delete_activity=DeleteActivityRequestPayload(reason="too rude")
    ).data.item
    assert (done.status, done.reviewed_by, done.latest_moderator_action) == ("reviewed", "mia", "delete_activity")
    assert shown(server) == []
    (log,) = server.moderation.query_moderation_logs(filter={"target_user_id": "eve"}).data.logs
    assert (log.type, log.reason, log.user.id) == ("delete_activity", "too rude", "mia")
    server.moderation.submit_action("restore", item_id=item_id)
    assert shown(server) == ["post"]
    assert server.moderation.get_review_queue_item(item_id).data.item.status == "reviewed"
    (flag,) = server.moderation.query_moderation_flags(filter={"user_id": "john"}).data.flags
    assert flag.review_queue_item_id == item_id


def test_a_list_of_words_judges_what_clients_write(own_app):
    server = posted(own_app)
    server.create_block_list(name="rude", words=["darn"])
    rules = BlockListConfig(enabled=True, rules=[BlockListRule(name="rude", action="remove")])
    config = server.moderation.upsert_config(key="feeds", block_list_config=rules).data.config
    assert (config.key, config.block_list_config.rules[0].action) == ("feeds", "remove")
    said = own_app.user("john").feeds.add_comment(comment="darn", object_id="post", object_type="activity").data.comment
    assert (said.status, said.moderation.action, said.moderation.original_text) == ("removed", "remove", "darn")
    kept = server.feeds.add_comment(comment="darn", object_id="post", object_type="activity", user_id="john").data.comment
    assert (kept.status, kept.moderation) == ("active", None)
    (item,) = server.moderation.query_review_queue().data.items
    assert (item.recommended_action, item.config_key, item.feeds_v3_comment.id) == ("remove", "feeds", said.id)
    server.moderation.submit_action("restore", item_id=item.id)
    shown = server.feeds.get_comments(object_id="post", object_type="activity").data.comments
    assert {comment.id for comment in shown} == {said.id, kept.id}
    found = server.moderation.check("eve", "o", "shop:offer", config_key="feeds", moderation_payload=ModerationPayload(texts=["darn"]))
    assert (found.data.status, found.data.recommended_action) == ("completed", "remove")
    assert [one.key for one in server.moderation.query_moderation_configs().data.configs] == ["feeds"]
    server.moderation.delete_config("feeds")


def test_appeals_are_made_and_decided(own_app):
    server = posted(own_app)
    item_id = server.moderation.flag("post", ACTIVITY, user_id="john").data.item_id
    server.moderation.submit_action("delete_activity", item_id=item_id)
    appeal_id = server.moderation.appeal("it is art", "post", ACTIVITY, user_id="eve").data.appeal_id
    (appeal,) = server.moderation.query_appeals().data.items
    assert (appeal.id, appeal.status, appeal.user.id) == (appeal_id, "submitted", "eve")
    done = server.moderation.submit_action("restore", appeal_id=appeal_id).data
    assert (done.appeal_item.status, done.item.id) == ("accepted", item_id)
    assert server.moderation.get_appeal(appeal_id).data.item.status == "accepted"
    assert shown(server) == ["post"]
    server.moderation.v2_upsert_template("posts", FeedsModerationTemplateConfigPayload(data_types={"body": "text"}))
    assert [one.name for one in server.moderation.v2_query_templates().data.templates] == ["posts"]
    server.moderation.v2_delete_template()
    blocklist = server.create_block_list(name="rude", words=["darn"]).data.blocklist
    task = server.get_task(server.import_block_list(blocklist.id, items=["heck"]).data.task_id).data
    assert (task.status, server.get_block_list("rude").data.blocklist.words) == ("completed", ["darn", "heck"])

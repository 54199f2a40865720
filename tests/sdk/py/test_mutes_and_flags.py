"""Mutes and flags of users, in the shapes of both SDKs."""

from getstream.models import QueryUsersPayload, UserRequest

from support import refused


def pair(app, user_id):
    ids = (f"{user_id}-john", f"{user_id}-eve")
    app.server.upsert_users(*[UserRequest(id=id) for id in ids])
    return ids


def found(app, user_id):
    return app.server.query_users(QueryUsersPayload(filter_conditions={"id": user_id})).data.users[0]


def test_a_user_mutes_another_for_ever_or_for_some_minutes(app, user_id):
    john, eve = pair(app, user_id)
    answer = app.server.moderation.mute(target_ids=[eve], user_id=john)
    assert answer.status_code() == 201
    [mute] = answer.data.mutes
    assert (mute.user.id, mute.target.id, mute.expires) == (john, eve, None)
    assert [mute.target.id for mute in answer.data.own_user.mutes] == [eve]
    [mute] = app.server.moderation.mute(target_ids=[eve], user_id=john, timeout=10).data.mutes
    assert mute.expires is not None
    assert [mute.target.id for mute in found(app, john).mutes] == [eve]
    assert app.server.moderation.unmute(target_ids=[eve], user_id=john).status_code() == 201
    assert found(app, john).mutes == []


def test_stream_chat_mutes_one_and_many(app, user_id):
    john, eve = pair(app, user_id)
    answer = app.legacy.mute_user(eve, john)
    assert (answer["mute"]["target"]["id"], answer["mute"]["user"]["id"]) == (eve, john)
    assert "expires" not in answer["mute"] and answer["own_user"]["id"] == john
    assert "expires" in app.legacy.mute_user(eve, john, timeout=10)["mute"]
    app.legacy.unmute_user(eve, john)
    answer = app.legacy.mute_users([eve], john)
    assert [mute["target"]["id"] for mute in answer["mutes"]] == [eve]
    app.legacy.unmute_users([eve], john)
    assert app.legacy.query_users({"id": john})["users"][0]["mutes"] == []


def test_a_user_is_flagged_for_moderators(app, user_id):
    john, eve = pair(app, user_id)
    flagged = app.server.moderation.flag(entity_id=eve, entity_type="stream:user", reason="spam", user_id=john)
    assert flagged.status_code() == 201 and flagged.data.item_id
    answer = app.legacy.flag_user(eve, user_id=john)
    assert (answer["flag"]["target_user"]["id"], answer["flag"]["user"]["id"]) == (eve, john)
    assert answer["review_queue_item_id"] == flagged.data.item_id
    assert app.legacy.unflag_user(eve, user_id=john).status_code() == 201


def test_who_is_not_there_is_named_or_refused(app, user_id):
    john, _ = pair(app, user_id)
    answer = app.server.moderation.mute(target_ids=["ghost"], user_id=john)
    assert (answer.data.mutes, answer.data.non_existing_users) == ([], ["ghost"])
    with refused("Mute", 404, 16, "the user ghost does not exist"):
        app.legacy.mute_user("ghost", john)

"""Bans: seen on the user, ended by the clock, and no matter of authentication."""

from datetime import timedelta

import pytest
from getstream.models import QueryBannedUsersPayload, QueryUsersPayload, SortParamRequest, UserRequest

from support import EVERYONE, NOON, refused, rfc3339


@pytest.fixture
def moderator(app, user_id):
    id = f"{user_id}-moderator"
    app.server.upsert_users(UserRequest(id=id, role="moderator"))
    return id


def found(app, user_id):
    return app.server.query_users(QueryUsersPayload(filter_conditions={"id": user_id})).data.users[0]


def found_by_stream_chat(app, user_id):
    return app.legacy.query_users({"id": user_id})["users"][0]


def test_the_server_bans_and_unbans_a_user(app, user, moderator):
    answer = app.server.moderation.ban(user, banned_by_id=moderator, reason="spam")
    assert answer.status_code() == 201
    assert found(app, user).banned is True
    answer = app.server.moderation.unban(user, unbanned_by_id=moderator)
    assert answer.status_code() == 201
    assert found(app, user).banned is False


def test_stream_chat_bans_and_unbans_a_user(app, user, moderator):
    assert app.legacy.ban_user(user, banned_by_id=moderator, reason="spam").status_code() == 201
    assert found_by_stream_chat(app, user)["banned"] is True
    assert app.legacy.unban_user(user).status_code() == 200
    assert found_by_stream_chat(app, user)["banned"] is False


def test_a_ban_of_one_dialect_is_seen_and_lifted_in_the_other(app, user, moderator):
    app.legacy.ban_user(user, user_id=moderator)
    assert found(app, user).banned is True
    app.server.moderation.unban(user)
    assert found_by_stream_chat(app, user)["banned"] is False
    app.server.moderation.ban(user)
    assert found_by_stream_chat(app, user)["banned"] is True
    app.legacy.unban_user(user, user_id=moderator)
    assert found(app, user).banned is False


def test_a_shadow_ban_is_not_a_ban(app, user, moderator):
    app.server.moderation.ban(user, banned_by_id=moderator, shadow=True)
    assert (found(app, user).shadow_banned, found(app, user).banned) == (True, False)
    app.legacy.remove_shadow_ban(user)
    assert found(app, user).shadow_banned is False
    app.legacy.shadow_ban(user, user_id=moderator)
    assert found(app, user).shadow_banned is True


def test_a_ban_with_a_timeout_ends_by_itself_at_the_apps_clock(own_app):
    own_app.server.create_user(id="john")
    own_app.freeze()
    own_app.server.moderation.ban("john", timeout=60)
    assert (found(own_app, "john").banned, found(own_app, "john").ban_expires) == (True, NOON + timedelta(hours=1))
    assert found_by_stream_chat(own_app, "john")["ban_expires"] == rfc3339(NOON + timedelta(hours=1))
    own_app.advance("59m")
    assert found(own_app, "john").banned is True
    own_app.advance("2m")
    assert found(own_app, "john").banned is False
    assert own_app.legacy.query_users({"banned": True})["users"] == []


def test_a_banned_user_signs_in_as_before(app, user):
    app.server.moderation.ban(user)
    assert app.user(user).query_users(EVERYONE).status_code() == 200


def test_a_moderator_may_ban_and_an_ordinary_user_may_not(app, user, moderator):
    denied = f"User '{user}' with role 'user' is not allowed to perform action BanUser"
    with refused("Ban", 403, 17, denied):
        app.user(user).moderation.ban(moderator)
    with refused("Ban", 403, 17, denied):
        app.legacy_user(user).ban_user(moderator)
    assert app.user(moderator).moderation.ban(user).status_code() == 201
    with refused("Unban", 403, 17):
        app.user(user).moderation.unban(user)
    assert app.user(moderator).moderation.unban(user).status_code() == 201


def test_nobody_cannot_be_banned(app, user_id):
    with refused("Ban", 404, 16):
        app.server.moderation.ban(user_id)
    with refused("Ban", 404, 16):
        app.legacy.ban_user(user_id)


def test_a_ban_needs_a_target(app):
    with refused("Ban", 400, 4):
        app.legacy.post("moderation/ban", data={"reason": "spam"})
    with refused("Unban", 400, 4):
        app.legacy.delete("moderation/ban")


def test_the_server_sees_who_is_banned_by_whom_why_and_until_when(own_app):
    own_app.server.upsert_users(*[UserRequest(id=id) for id in ("mia", "brief", "sly")])
    own_app.freeze()
    own_app.server.moderation.ban("brief", banned_by_id="mia", reason="too loud", timeout=60)
    own_app.advance("30m")
    own_app.server.moderation.ban("sly", banned_by_id="mia", shadow=True)

    def query(filter_conditions=None, **payload):
        payload = QueryBannedUsersPayload(filter_conditions=filter_conditions or {}, **payload)
        return own_app.server.chat.query_banned_users(payload=payload).data.bans

    sly, brief = query()
    assert (brief.user.id, brief.banned_by.id, brief.reason, brief.shadow) == ("brief", "mia", "too loud", False)
    assert (brief.created_at, brief.expires) == (NOON, NOON + timedelta(hours=1))
    assert (sly.user.id, sly.shadow, sly.expires, sly.reason) == ("sly", True, None, None)
    oldest = [SortParamRequest(field="created_at", direction=1)]
    assert [ban.user.id for ban in query(sort=oldest, limit=1)] == ["brief"]
    assert [ban.user.id for ban in query(sort=oldest, limit=1, offset=1)] == ["sly"]
    assert [ban.user.id for ban in query({"reason": {"$autocomplete": "loud"}})] == ["brief"]
    assert [ban.user.id for ban in query(created_at_after=NOON)] == ["sly"]
    assert [ban.user.id for ban in query(created_at_before_or_equal=NOON)] == ["brief"]
    own_app.advance("31m")
    assert [ban.user.id for ban in query(exclude_expired_bans=True)] == ["sly"]
    assert len(query(exclude_expired_bans=False)) == 2


def test_stream_chat_sees_who_is_banned(own_app):
    own_app.server.upsert_users(*[UserRequest(id=id) for id in ("mia", "john")])
    own_app.freeze()
    own_app.legacy.ban_user("john", banned_by_id="mia", reason="spam", timeout=60)
    [ban] = own_app.legacy.query_banned_users({"filter_conditions": {"reason": "spam"}})["bans"]
    assert (ban["user"]["id"], ban["banned_by"]["id"], ban["shadow"]) == ("john", "mia", False)
    assert (ban["created_at"], ban["expires"]) == (rfc3339(NOON), rfc3339(NOON + timedelta(hours=1)))
    payload = {"filter_conditions": {"banned_by_id": "mia"}, "limit": 2, "offset": 1}
    assert own_app.legacy.query_banned_users(payload)["bans"] == []
    with refused("QueryBannedUsers", 400, 4, "filter_conditions is a required field"):
        own_app.legacy.query_banned_users({})


def test_a_moderator_may_see_who_is_banned_and_an_ordinary_user_may_not(app, user, moderator):
    app.server.moderation.ban(user, banned_by_id=moderator)
    payload = QueryBannedUsersPayload(filter_conditions={"user_id": user})
    [ban] = app.user(moderator).chat.query_banned_users(payload=payload).data.bans
    assert ban.user.id == user
    denied = f"User '{user}' with role 'user' is not allowed to perform action BanUser"
    with refused("QueryBannedUsers", 403, 17, denied):
        app.user(user).chat.query_banned_users(payload=payload)
    with refused("QueryBannedUsers", 403, 17, denied):
        app.legacy_user(user).query_banned_users({"filter_conditions": {}})

"""What belongs to a user: whom they blocked, their devices, what they want to be told of."""

from datetime import timedelta

import pytest
from getstream.models import PushPreferenceInput, QueryUsersPayload, UserRequest

from support import NOON, refused


@pytest.fixture
def other(app, user):
    return app.server.create_user(id=f"{user}-other").id


def devices(app, user):
    return [device.id for device in app.server.list_devices(user).data.devices]


# Blocks


def test_a_user_blocks_another_and_unblocks_them(app, user, other):
    client = app.user(user)
    answer = client.block_users(other)
    assert answer.status_code() == 201
    assert (answer.data.blocked_by_user_id, answer.data.blocked_user_id) == (user, other)
    [block] = client.get_blocked_users().data.blocks
    assert (block.user_id, block.blocked_user_id, block.user.id, block.blocked_user.id) == (user, other, user, other)
    assert block.created_at == answer.data.created_at
    assert client.unblock_users(other).status_code() == 201
    assert client.get_blocked_users().data.blocks == []


def test_the_server_blocks_on_a_users_behalf(app, user, other):
    assert app.server.block_users(other, user_id=user).data.blocked_by_user_id == user
    assert [block.blocked_user_id for block in app.server.get_blocked_users(user).data.blocks] == [other]
    assert app.server.get_blocked_users(other).data.blocks == []
    app.server.unblock_users(other, user_id=user)
    assert app.server.get_blocked_users(user).data.blocks == []


def test_a_blocked_user_is_listed_in_the_blockers_own_object(app, user, other):
    app.server.block_users(other, user_id=user)
    [found] = app.server.query_users(QueryUsersPayload(filter_conditions={"id": user})).data.users
    assert found.blocked_user_ids == [other]


def test_stream_chat_blocks_and_unblocks(app, user, other):
    assert app.legacy.block_user(other, user)["blocked_user_id"] == other
    [block] = app.legacy.get_blocked_users(user)["blocks"]
    assert block["blocked_user"]["id"] == other and block["created_at"].endswith("Z")
    assert app.legacy.unblock_user(other, user).status_code() == 201
    assert app.legacy.get_blocked_users(user)["blocks"] == []


def test_blocking_oneself_or_nobody_is_refused(app, user):
    with refused("BlockUsers", 400, 4):
        app.user(user).block_users(user)
    with refused("BlockUsers", 404, 16):
        app.user(user).block_users(f"{user}-nobody")


def test_the_server_must_say_for_whom(app, other):
    with refused("BlockUsers", 400, 4):
        app.server.block_users(other)
    with refused("UnblockUsers", 400, 4):
        app.server.unblock_users(other)
    with refused("GetBlockedUsers", 400, 4):
        app.server.get_blocked_users()


# Devices


def test_a_user_adds_lists_and_removes_a_device(app, user):
    client = app.user(user)
    answer = client.create_device(
        f"{user}-phone", "apn", push_provider_name="main", voip_token=True, hardware_id="hardware"
    )
    assert answer.status_code() == 201
    [device] = client.list_devices().data.devices
    assert (device.id, device.user_id, device.push_provider) == (f"{user}-phone", user, "apn")
    assert (device.push_provider_name, device.voip, device.hardware_id) == ("main", True, "hardware")
    assert client.delete_device(f"{user}-phone").status_code() == 200
    assert client.list_devices().data.devices == []


def test_stream_chat_adds_lists_and_removes_a_device(app, user):
    assert app.legacy.add_device(f"{user}-phone", "firebase", user).status_code() == 201
    [device] = app.legacy.get_devices(user)["devices"]
    assert (device["id"], device["push_provider"], device["user_id"]) == (f"{user}-phone", "firebase", user)
    assert device["created_at"].endswith("Z")
    assert app.legacy.delete_device(f"{user}-phone", user).status_code() == 200
    assert app.legacy.get_devices(user)["devices"] == []


def test_adding_a_device_again_changes_nothing(app, user):
    for _ in range(2):
        app.server.create_device(f"{user}-phone", "firebase", user_id=user)
    assert devices(app, user) == [f"{user}-phone"]


def test_a_device_that_another_user_registers_becomes_theirs(app, user, other):
    app.server.create_device(f"{user}-phone", "firebase", user_id=user)
    app.server.create_device(f"{user}-phone", "firebase", user_id=other)
    assert (devices(app, user), devices(app, other)) == ([], [f"{user}-phone"])


def test_a_device_of_somebody_else_is_not_found(app, user, other):
    app.server.create_device(f"{user}-phone", "firebase", user_id=user)
    with refused("DeleteDevice", 404, 16):
        app.user(other).delete_device(f"{user}-phone")
    assert devices(app, user) == [f"{user}-phone"]


def test_a_user_keeps_their_newest_twenty_five_devices_newest_first(own_app):
    own_app.server.create_user(id="john")
    own_app.freeze()
    for number in range(27):
        own_app.server.create_device(f"device-{number}", "firebase", user_id="john")
        own_app.advance("1s")
    assert devices(own_app, "john") == [f"device-{number}" for number in range(26, 1, -1)]


def test_a_device_without_a_known_provider_is_refused(app, user):
    with refused("CreateDevice", 400, 4):
        app.server.create_device("phone", "pigeon", user_id=user)
    with refused("CreateDevice", 400, 4):
        app.server.create_device("x" * 256, "firebase", user_id=user)


def test_the_server_must_say_whose_device(app):
    with refused("CreateDevice", 400, 4):
        app.server.create_device("phone", "firebase")
    with refused("ListDevices", 400, 4):
        app.server.list_devices()


# Push preferences


def test_a_user_says_what_they_want_to_be_told_of(app, user):
    preference = PushPreferenceInput(chat_level="mentions", call_level="none", feeds_level="all")
    answer = app.user(user).update_push_notification_preferences([preference])
    assert answer.status_code() == 201
    kept = answer.data.user_preferences[user]
    assert (kept.chat_level, kept.call_level, kept.feeds_level) == ("mentions", "none", "all")
    assert answer.data.user_channel_preferences == {}


def test_the_server_sets_preferences_of_several_users_and_pauses_them(app, user, other):
    until = NOON + timedelta(days=1)
    answer = app.server.update_push_notification_preferences(
        [
            PushPreferenceInput(user_id=user, chat_level="none", disabled_until=until),
            PushPreferenceInput(user_id=other, feeds_level="none"),
        ]
    )
    kept = answer.data.user_preferences
    assert kept.keys() == {user, other}
    assert (kept[user].chat_level, kept[user].disabled_until) == ("none", until)
    assert kept[other].feeds_level == "none"
    resumed = app.server.update_push_notification_preferences([PushPreferenceInput(user_id=user, remove_disable=True)])
    assert resumed.data.user_preferences[user].disabled_until is None


def test_a_preference_that_does_not_exist_is_refused(app, user):
    with refused("UpdatePushNotificationPreferences", 400, 4):
        app.server.update_push_notification_preferences([PushPreferenceInput(user_id=user, chat_level="sometimes")])


def test_a_user_may_not_act_for_another(app, user, other):
    app.server.upsert_users(UserRequest(id=other))
    with refused("UpdatePushNotificationPreferences", 403, 17):
        app.user(user).update_push_notification_preferences([PushPreferenceInput(user_id=other, chat_level="none")])

"""The asynchronous clients of both SDKs: the same life of a user, and many calls at once."""

import asyncio

import pytest
from getstream.models import (
    PushPreferenceInput,
    QueryUsersPayload,
    UpdateUserPartialRequest,
    UserCustomEventRequest,
    UserRequest,
)

from support import EVERYONE, refused

pytestmark = pytest.mark.anyio

LATER = "2039-01-01T00:00:00Z"


async def test_getstream_leads_a_user_through_all_their_life(app, user_id):
    async with app.async_server() as server:
        user = (await server.upsert_users(UserRequest(id=user_id, name="Ada", custom={"color": "red"}))).data.users[
            user_id
        ]
        assert (user.name, user.custom) == ("Ada", {"color": "red"})
        partial = UpdateUserPartialRequest(id=user_id, set={"name": "Ada L."}, unset=["color"])
        user = (await server.update_users_partial([partial])).data.users[user_id]
        assert (user.name, user.custom) == ("Ada L.", {})
        found = (await server.query_users(QueryUsersPayload(filter_conditions={"id": user_id}))).data.users
        assert found == [user]
        assert (await server.deactivate_user(user_id)).data.user.deactivated_at is not None
        assert (await server.reactivate_user(user_id)).data.user.deactivated_at is None
        assert (await server.export_user(user_id)).data.user.id == user_id
        task_id = (await server.delete_users([user_id])).data.task_id
        assert (await server.wait_for_task(task_id)).data.status == "completed"
        assert (await server.restore_users([user_id])).status_code() == 201


async def test_getstream_reaches_every_other_operation(app, user):
    other = app.server.create_user(id=f"{user}-other").id
    role = "async-performer"
    async with app.async_server() as server:
        assert (await server.get_app()).data.app.name == app.name
        assert (await server.update_app()).status_code() == 200
        assert (await server.create_guest(UserRequest(id="visitor"))).data.user.role == "guest"
        assert (await server.block_users(other, user_id=user)).data.blocked_user_id == other
        assert (await server.get_blocked_users(user)).data.blocks[0].blocked_user.id == other
        assert (await server.unblock_users(other, user_id=user)).status_code() == 201
        assert (await server.create_device(f"{user}-phone", "apn", user_id=user)).status_code() == 201
        assert (await server.list_devices(user)).data.devices[0].id == f"{user}-phone"
        assert (await server.delete_device(f"{user}-phone", user)).status_code() == 200
        preference = PushPreferenceInput(user_id=user, chat_level="none")
        preferences = (await server.update_push_notification_preferences([preference])).data.user_preferences
        assert preferences[user].chat_level == "none"
        assert (await server.create_role(role)).data.role.name == role
        assert role in [found.name for found in (await server.search_roles("async")).data.roles]
        assert role in [found.name for found in (await server.list_roles()).data.roles]
        assert (await server.delete_role(role)).status_code() == 200
        first = (await server.list_permissions()).data.permissions[0]
        assert (await server.get_permission(first.id)).data.permission == first
        assert (await server.get_rate_limits(server_side=True)).data.server_side["GetApp"].limit == 10_000
        assert (await server.moderation.ban(other, banned_by_id=user)).status_code() == 201
        assert (await server.moderation.unban(other)).status_code() == 201
        assert (
            await server.chat.send_user_custom_event(user, UserCustomEventRequest(type="hello"))
        ).status_code() == 201
        task_id = (await server.deactivate_users([user, other])).data.task_id
        assert (await server.get_task(task_id)).data.status == "completed"
        assert (await server.reactivate_users([user, other])).status_code() == 201
        assert (await server.export_users([user])).status_code() == 201


async def test_getstream_is_a_user_by_a_clone_and_is_refused_when_revoked(app, user):
    async with app.async_server() as server:
        async with server.clone_for_token(server.create_token(user)) as client:
            assert (await client.query_users(EVERYONE)).status_code() == 200
            revoked = UpdateUserPartialRequest(id=user, set={"revoke_tokens_issued_before": LATER})
            await server.update_users_partial([revoked])
            with refused("QueryUsers", 401, 40, "This token has been revoked, please generate a new token"):
                await client.query_users(EVERYONE)
            with refused("UpdateApp", 401, 40):
                await client.update_app()


async def test_stream_chat_leads_a_user_through_all_their_life(app, user_id):
    async with app.async_legacy() as server:
        assert (await server.upsert_user({"id": user_id, "name": "Ada", "color": "red"}))["users"][user_id][
            "color"
        ] == "red"
        changed = await server.update_user_partial({"id": user_id, "set": {"name": "Ada L."}, "unset": ["color"]})
        assert "color" not in changed["users"][user_id]
        assert (await server.query_users({"id": user_id}, sort={"id": 1}))["users"][0]["name"] == "Ada L."
        assert "deactivated_at" in (await server.deactivate_user(user_id))["user"]
        assert "deactivated_at" not in (await server.reactivate_user(user_id))["user"]
        assert (await server.export_user(user_id))["user"]["id"] == user_id
        task_id = (await server.delete_users([user_id], "soft"))["task_id"]
        assert (await server.get_task(task_id))["status"] == "completed"
        assert (await server.restore_users([user_id])).status_code() == 201
        assert "deleted_at" in (await server.delete_user(user_id, hard_delete=True))["user"]


async def test_stream_chat_reaches_every_other_operation(app, user):
    other = app.server.create_user(id=f"{user}-other").id
    async with app.async_legacy() as server:
        assert (await server.get_app_settings())["app"]["name"] == app.name
        assert (await server.update_app_settings()).status_code() == 200
        assert (await server.set_guest_user({"id": "visitor"}))["user"]["role"] == "guest"
        assert (await server.block_user(other, user))["blocked_user_id"] == other
        assert len((await server.get_blocked_users(user))["blocks"]) == 1
        assert (await server.unblock_user(other, user)).status_code() == 201
        assert (await server.add_device(f"{user}-phone", "apn", user)).status_code() == 201
        assert len((await server.get_devices(user))["devices"]) == 1
        assert (await server.delete_device(f"{user}-phone", user)).status_code() == 200
        assert (await server.create_role("async-dancer"))["role"]["custom"] is True
        assert "async-dancer" in [role["name"] for role in (await server.list_roles())["roles"]]
        assert (await server.delete_role("async-dancer")).status_code() == 200
        first = (await server.list_permissions())["permissions"][0]
        assert (await server.get_permission(first["id"]))["permission"] == first
        assert "GetApp" in (await server.get_rate_limits(server_side=True))["server_side"]
        assert (await server.ban_user(other, user_id=user)).status_code() == 201
        assert (await server.unban_user(other)).status_code() == 200
        assert (await server.send_user_custom_event(user, {"type": "hello"})).status_code() == 201
        assert (await server.get_task((await server.deactivate_users([user]))["task_id"]))["status"] == "completed"
        assert "task_id" in await server.export_users([other])


async def test_stream_chat_revokes_and_takes_it_back(own_app):
    own_app.server.create_user(id="john")
    async with own_app.async_legacy() as server, own_app.async_legacy() as client:
        client.auth_token = server.create_token("john", iat=1_700_000_000)
        for revoke in [lambda before: server.revoke_user_token("john", before), server.revoke_tokens]:
            assert (await client.query_users({})).is_ok()
            await revoke(LATER)
            with refused("QueryUsers", 401, 40, "This token has been revoked, please generate a new token"):
                await client.query_users({})
            await revoke(None)
        assert (await client.query_users({})).is_ok()


async def test_a_hundred_calls_at_once_are_each_answered_as_their_own_caller(app, user_id):
    ids = [f"{user_id}-{number}" for number in range(20)]
    app.server.upsert_users(*[UserRequest(id=id) for id in ids])
    async with app.async_server() as server:
        clients = [server.clone_for_token(server.create_token(id)) for id in ids]

        async def rename(client, id, round):
            user = (await client.update_users_partial([UpdateUserPartialRequest(id=id, set={"name": f"{round}"})])).data
            return list(user.users)

        for round in range(5):
            answers = await asyncio.gather(
                *[rename(client, id, round) for client, id in zip(clients, ids, strict=True)]
            )
            assert answers == [[id] for id in ids]
        await asyncio.gather(*[client.aclose() for client in clients])


async def test_a_read_that_follows_a_revocation_is_never_let_in_however_many_are_under_way(own_app):
    own_app.server.create_user(id="john")
    async with own_app.async_server() as server, server.clone_for_token(server.create_token("john")) as client:
        before = [asyncio.create_task(client.query_users(EVERYONE)) for _ in range(20)]
        await server.update_users_partial(
            [UpdateUserPartialRequest(id="john", set={"revoke_tokens_issued_before": LATER})]
        )
        after = [asyncio.create_task(client.query_users(EVERYONE)) for _ in range(20)]
        for call in after:
            with refused("QueryUsers", 401, 40, "This token has been revoked, please generate a new token"):
                await call
        for outcome in await asyncio.gather(*before, return_exceptions=True):
            assert getattr(outcome, "code", None) == 40 or outcome.status_code() == 200

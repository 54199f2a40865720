"""Deactivated, reactivated, deleted, restored, exported, told of an event; and the tasks that do it to many."""

import httpx
import pytest
from getstream.models import QueryUsersPayload, UserCustomEventRequest, UserRequest

from support import EVERYONE, NOON, refused, rfc3339


def found(app, user_id):
    payload = QueryUsersPayload(filter_conditions={"id": user_id}, include_deactivated_users=True)
    return app.server.query_users(payload).data.users


@pytest.fixture
def users(app, user_id):
    ids = [f"{user_id}-{number}" for number in range(3)]
    app.server.upsert_users(*[UserRequest(id=id) for id in ids])
    return ids


# Deactivation


def test_a_deactivated_user_is_refused_and_a_reactivated_one_is_let_in(app, user):
    answer = app.server.deactivate_user(user)
    assert answer.status_code() == 201
    assert answer.data.user.id == user and answer.data.user.deactivated_at is not None
    with refused("QueryUsers", 404, 16, f"the user {user} was deactivated"):
        app.user(user).query_users(EVERYONE)
    answer = app.server.reactivate_user(user, name="Back again")
    assert answer.status_code() == 201
    assert (answer.data.user.deactivated_at, answer.data.user.name) == (None, "Back again")
    assert app.user(user).query_users(EVERYONE).status_code() == 200


def test_stream_chat_deactivates_and_reactivates_too(app, user):
    assert app.legacy.deactivate_user(user, mark_messages_deleted=True)["user"]["deactivated_at"].endswith("Z")
    with refused("QueryUsers", 404, 16, f"the user {user} was deactivated"):
        app.legacy_user(user).query_users({})
    assert "deactivated_at" not in app.legacy.reactivate_user(user, restore_messages=True)["user"]
    assert app.legacy_user(user).query_users({}).is_ok()


def test_a_deactivated_user_may_not_be_updated(app, user):
    app.server.deactivate_user(user)
    with refused("UpdateUsers", 404, 16, f"the user {user} was deactivated"):
        app.server.upsert_users(UserRequest(id=user, name="New"))


def test_the_time_of_deactivation_is_that_of_the_apps_clock(own_app):
    own_app.server.create_user(id="john")
    own_app.freeze()
    assert own_app.server.deactivate_user("john").data.user.deactivated_at == NOON
    [john] = own_app.legacy.query_users({"id": "john"}, include_deactivated_users=True)["users"]
    assert john["deactivated_at"] == rfc3339(NOON)


def test_reactivating_a_user_who_is_active_is_refused(app, user):
    with refused("ReactivateUser", 400, 4) as caught:
        app.server.reactivate_user(user)
    assert "is not deactivated" in caught.value.message


@pytest.mark.parametrize(
    ("call", "operation"),
    [("deactivate_user", "DeactivateUser"), ("reactivate_user", "ReactivateUser"), ("export_user", "ExportUser")],
)
def test_a_user_who_does_not_exist_is_not_found(app, user_id, call, operation):
    with refused(operation, 404, 16):
        getattr(app.server, call)(user_id)


def test_trap_26_many_users_are_deactivated_and_reactivated_by_tasks_that_exist_at_once(app, users):
    task = app.server.wait_for_task(app.server.deactivate_users(users).data.task_id).data
    assert task.status == "completed"
    assert all(found(app, id)[0].deactivated_at for id in users)
    task = app.server.wait_for_task(app.server.reactivate_users(users).data.task_id).data
    assert task.status == "completed"
    assert not any(found(app, id)[0].deactivated_at for id in users)


def test_stream_chat_deactivates_many_users(app, users):
    task_id = app.legacy.deactivate_users(users, created_by_id=users[0])["task_id"]
    assert app.legacy.get_task(task_id)["status"] == "completed"
    assert app.legacy.query_users({"id": {"$in": users}})["users"] == []


# Deletion


def test_a_deleted_user_is_refused_and_found_by_nobody_until_restored(app, user):
    answer = app.server.delete_users([user])
    assert answer.status_code() == 201
    assert app.server.wait_for_task(answer.data.task_id).data.status == "completed"
    with refused("QueryUsers", 404, 16, f"the user {user} was deleted"):
        app.user(user).query_users(EVERYONE)
    with refused("UpdateUsers", 404, 16, f"the user {user} was deleted"):
        app.server.upsert_users(UserRequest(id=user))
    assert found(app, user) == []
    assert app.server.restore_users([user]).status_code() == 201
    assert found(app, user)[0].id == user
    assert app.user(user).query_users(EVERYONE).status_code() == 200


def test_a_user_who_was_deleted_hard_cannot_be_restored(app, user):
    app.server.delete_users([user], user="hard", messages="hard", conversations="hard")
    with refused("RestoreUsers", 400, 4):
        app.server.restore_users([user])


def test_trap_16_restoring_a_user_who_is_not_deleted_is_refused_in_these_words(app, user):
    message = f'user "{user}" is not deleted, it can\'t be restored'
    with refused("RestoreUsers", 400, 4, message):
        app.server.restore_users([user])
    with refused("RestoreUsers", 400, 4, message):
        app.legacy.restore_users([user])


def test_a_hard_deletion_of_the_user_alone_takes_all_they_wrote_along(app, user):
    with refused("DeleteUsers", 400, 4):
        app.server.delete_users([user], user="hard", messages="soft")
    assert found(app, user)[0].id == user
    task_id = app.server.delete_users([user], user="hard").data.task_id
    assert app.server.get_task(task_id).data.result == {user: {"status": "ok"}}
    assert found(app, user) == []


def test_an_export_of_many_is_fetched_from_where_its_task_says(app, user):
    task_id = app.legacy.export_users([user])["task_id"]
    answer = httpx.get(app.legacy.get_task(task_id)["result"]["url"])
    assert [exported["id"] for exported in answer.json()["users"]] == [user]


def test_stream_chat_deletes_many_users_and_restores_them(app, users):
    task_id = app.legacy.delete_users(users, "soft", messages="soft")["task_id"]
    assert app.legacy.get_task(task_id)["status"] == "completed"
    assert app.legacy.query_users({"id": {"$in": users}})["users"] == []
    assert app.legacy.restore_users(users).status_code() == 201
    assert len(app.legacy.query_users({"id": {"$in": users}})["users"]) == 3


def test_trap_33_stream_chat_deletes_one_user_with_options_that_are_text_in_the_query(app, user):
    answer = app.legacy.delete_user(user, mark_messages_deleted=True, hard_delete=False)
    assert answer.status_code() == 200
    assert answer["user"]["id"] == user and answer["user"]["deleted_at"].endswith("Z")
    with refused("QueryUsers", 404, 16, f"the user {user} was deleted"):
        app.legacy_user(user).query_users({})
    app.legacy.restore_users([user])
    app.legacy.delete_user(user, hard_delete=True)
    with refused("RestoreUsers", 400, 4):
        app.legacy.restore_users([user])


def test_deleting_a_user_who_does_not_exist_is_not_found(app, user_id):
    with refused("DeleteUser", 404, 16):
        app.legacy.delete_user(user_id)


@pytest.mark.parametrize(
    ("call", "operation", "most"),
    [
        ("deactivate_users", "DeactivateUsers", 100),
        ("reactivate_users", "ReactivateUsers", 100),
        ("delete_users", "DeleteUsers", 100),
        ("restore_users", "RestoreUsers", 100),
        ("export_users", "ExportUsers", 25),
    ],
)
def test_a_batch_of_none_or_of_too_many_is_refused(app, call, operation, most):
    for ids in [[], [f"user-{number}" for number in range(most + 1)]]:
        with refused(operation, 400, 4):
            getattr(app.server, call)(ids)


# Tasks


def test_trap_26_a_task_can_be_read_the_moment_its_id_is_known(app, user):
    task_id = app.server.export_users([user]).data.task_id
    task = app.server.get_task(task_id).data
    assert (task.task_id, task.status) == (task_id, "completed")
    assert task.created_at <= task.updated_at
    assert app.legacy.get_task(task_id)["created_at"].endswith("Z")


def test_an_unknown_task_is_not_found(app):
    with refused("GetTask", 404, 16, 'Can\'t find task with id "no-such-task"'):
        app.server.get_task("no-such-task")
    with refused("GetTask", 404, 16, 'Can\'t find task with id "no-such-task"'):
        app.legacy.get_task("no-such-task")


def test_a_task_of_one_app_is_not_found_in_another(app, own_app, user):
    task_id = app.server.export_users([user]).data.task_id
    with refused("GetTask", 404, 16):
        own_app.server.get_task(task_id)


# Export


def test_a_user_is_exported_with_all_their_data(app, user_id):
    app.server.upsert_users(UserRequest(id=user_id, name="Ada", custom={"color": "red"}))
    exported = app.server.export_user(user_id).data
    assert (exported.user.id, exported.user.name, exported.user.custom) == (user_id, "Ada", {"color": "red"})
    assert not exported.messages and not exported.reactions
    assert app.legacy.export_user(user_id)["user"]["color"] == "red"


def test_stream_chat_exports_many_users(app, users):
    assert app.legacy.get_task(app.legacy.export_users(users)["task_id"])["status"] == "completed"


# Events


def test_the_server_sends_a_user_an_event_of_its_own(app, user):
    event = UserCustomEventRequest(type="friendship_request", custom={"from": "tommaso"})
    assert app.server.chat.send_user_custom_event(user, event).status_code() == 201
    assert app.legacy.send_user_custom_event(user, {"type": "friendship_request", "text": "hi"}).status_code() == 201


def test_an_event_without_a_type_is_refused(app, user):
    with refused("SendUserCustomEvent", 400, 4):
        app.legacy.send_user_custom_event(user, {"text": "hi"})


# Who may


def test_no_user_reaches_these_operations(app, user):
    client, legacy = app.user(user), app.legacy_user(user)
    for operation, call in {
        "DeactivateUser": lambda: client.deactivate_user(user),
        "ReactivateUser": lambda: client.reactivate_user(user),
        "DeactivateUsers": lambda: client.deactivate_users([user]),
        "ReactivateUsers": lambda: client.reactivate_users([user]),
        "DeleteUsers": lambda: client.delete_users([user]),
        "RestoreUsers": lambda: client.restore_users([user]),
        "DeleteUser": lambda: legacy.delete_user(user),
        "ExportUsers": lambda: client.export_users([user]),
        "GetTask": lambda: client.get_task("any"),
        "SendUserCustomEvent": lambda: legacy.send_user_custom_event(user, {"type": "x"}),
    }.items():
        with refused(operation, 403, 17):
            call()
    with refused("ExportUser", 403, 17, "users can only be exported server side"):
        client.export_user(user)
    assert app.user(user).query_users(EVERYONE).status_code() == 200

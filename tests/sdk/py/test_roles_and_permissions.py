"""Roles, permissions, and what they let a user do."""

import pytest
from getstream.models import UserRequest

from support import refused

CONDITION = {"$subject.magic_custom_field": {"$eq": "magic"}}


def role_names(app):
    return [role.name for role in app.server.list_roles().data.roles]


@pytest.fixture
def role(app, user_id):
    name = user_id[-60:]
    app.server.create_role(name)
    return name


# Roles


def test_the_built_in_roles_are_there(app):
    roles = {role.name: role for role in app.server.list_roles().data.roles}
    assert {"user", "guest", "anonymous", "admin", "moderator"} <= roles.keys()
    assert not any(roles[name].custom for name in ["user", "guest", "anonymous", "admin", "moderator"])
    assert ".app" in roles["user"].scopes


def test_a_role_is_made_used_and_deleted(app, user_id):
    name = user_id[-60:]
    answer = app.server.create_role(name)
    assert answer.status_code() == 201
    assert (answer.data.role.name, answer.data.role.custom, answer.data.role.scopes) == (name, True, [])
    assert name in role_names(app)
    assert app.server.upsert_users(UserRequest(id=user_id, role=name)).data.users[user_id].role == name
    app.server.upsert_users(UserRequest(id=user_id, role="user"))
    assert app.server.delete_role(name).status_code() == 200
    assert name not in role_names(app)


def test_stream_chat_makes_lists_and_deletes_a_role(app, user_id):
    name = user_id[-60:]
    assert app.legacy.create_role(name)["role"]["created_at"].endswith("Z")
    assert name in [role["name"] for role in app.legacy.list_roles()["roles"]]
    assert app.legacy.delete_role(name).status_code() == 200
    assert name not in role_names(app)


def test_a_role_that_exists_is_not_made_again(app, role):
    for name in ["admin", role]:
        with refused("CreateRole", 400, 4, f'role "{name}" already exists'):
            app.server.create_role(name)


def test_a_role_that_does_not_exist_or_is_built_in_cannot_be_deleted(app):
    with refused("DeleteRole", 400, 4, 'role "x" does not exist'):
        app.server.delete_role("x")
    with refused("DeleteRole", 400, 4, 'role "admin" is a built-in role and cannot be deleted'):
        app.legacy.delete_role("admin")


def test_a_role_that_somebody_has_cannot_be_deleted(app, role, user_id):
    app.server.upsert_users(UserRequest(id=user_id, role=role))
    message = f'role "{role}" cannot be deleted, at least one user is using this role (ie. "{user_id}")'
    with refused("DeleteRole", 400, 4, message):
        app.server.delete_role(role)


def test_a_role_that_has_grants_cannot_be_deleted(own_app):
    own_app.server.create_role("performer")
    own_app.server.update_app(grants={"performer": ["search-user"]})
    with refused("DeleteRole", 400, 4):
        own_app.server.delete_role("performer")
    own_app.server.update_app(grants={"performer": []})
    assert own_app.server.delete_role("performer").status_code() == 200


def test_a_role_name_has_a_length_and_there_are_only_so_many_roles(own_app):
    for name in ["", "r" * 65]:
        with refused("CreateRole", 400, 4):
            own_app.server.create_role(name)
    for number in range(25):
        own_app.server.create_role(f"role-{number}")
    with refused("CreateRole", 400, 4):
        own_app.server.create_role("role-25")


def test_roles_are_searched_by_server_and_user_in_order_of_their_names(app, user):
    for client in [app.server, app.user(user)]:
        names = [role.name for role in client.search_roles("mod").data.roles]
        assert "moderator" in names and names == sorted(names)
        assert all(name.startswith("mod") for name in names)
        assert len(client.search_roles("a", limit=1).data.roles) == 1


@pytest.mark.parametrize(
    "query", [{"query": ""}, {"query": "x" * 256}, {"query": "a", "limit": 26}, {"query": "a", "limit": 0}], ids=str
)
def test_a_search_that_is_out_of_bounds_is_refused(app, query):
    with refused("SearchRoles", 400, 4):
        app.server.search_roles(**query)


# Permissions


def test_every_permission_that_is_listed_can_be_read(app):
    permissions = app.server.list_permissions().data.permissions
    assert {"search-user", "update-user-owner", "flag-user", "mute-user"} <= {
        permission.id for permission in permissions
    }
    first = permissions[0]
    assert app.server.get_permission(first.id).data.permission == first
    assert app.legacy.get_permission(first.id)["permission"]["name"] == first.name
    assert app.legacy.list_permissions()["permissions"][0]["id"] == first.id


def test_a_permission_is_made_changed_and_deleted(app, user_id):
    answer = app.server.create_permission("ReadChannel", user_id, user_id[-90:], CONDITION, description="Magic")
    assert answer.status_code() == 201
    made = app.server.get_permission(user_id).data.permission
    assert (made.action, made.name, made.custom, made.condition) == ("ReadChannel", user_id[-90:], True, CONDITION)
    assert made.description == "Magic"
    changed = app.server.update_permission(user_id, "ReadChannel", f"{user_id[-80:]} new", CONDITION, owner=True)
    assert changed.status_code() == 201
    made = app.server.get_permission(user_id).data.permission
    assert (made.name, made.owner) == (f"{user_id[-80:]} new", True)
    assert app.server.delete_permission(user_id).status_code() == 200
    with refused("GetPermission", 404, 16, f'custom permission "{user_id}" not found'):
        app.server.get_permission(user_id)


def test_stream_chat_makes_changes_and_deletes_a_permission(app, user_id):
    permission = {"id": user_id, "name": user_id[-90:], "action": "DeleteChannel", "condition": CONDITION}
    assert app.legacy.create_permission(permission).status_code() == 201
    assert app.legacy.get_permission(user_id)["permission"]["action"] == "DeleteChannel"
    app.legacy.update_permission(user_id, {**permission, "owner": True})
    assert app.legacy.get_permission(user_id)["permission"]["owner"] is True
    assert app.legacy.delete_permission(user_id).status_code() == 200
    with refused("DeletePermission", 404, 16, f'custom permission "{user_id}" not found'):
        app.legacy.delete_permission(user_id)


def test_a_permission_whose_name_is_taken_is_refused(app, user_id):
    name = app.server.list_permissions().data.permissions[0].name
    with refused("CreatePermission", 400, 4, f'permission "{name}" already exists'):
        app.server.create_permission("ReadChannel", user_id, name, CONDITION)


def test_a_permission_without_an_action_is_refused(app, user_id):
    with refused("CreatePermission", 400, 4):
        app.legacy.create_permission({"id": user_id, "name": user_id[-90:], "condition": CONDITION})


# What they let a user do


def test_a_user_without_the_grant_may_not_search(own_app):
    own_app.server.create_role("hermit")
    own_app.server.upsert_users(UserRequest(id="john", role="hermit"))
    denied = "User 'john' with role 'hermit' is not allowed to perform action SearchUser"
    with refused("QueryUsers", 403, 17, denied):
        own_app.legacy_user("john").query_users({})
    own_app.server.update_app(grants={"hermit": ["search-user"]})
    assert own_app.legacy_user("john").query_users({}).is_ok()


def test_a_change_of_role_counts_on_the_very_next_call(own_app):
    own_app.server.upsert_users(UserRequest(id="john"), UserRequest(id="jane"))
    for _ in range(2):
        own_app.server.upsert_users(UserRequest(id="john", role="user"))
        with refused("Ban", 403, 17, "User 'john' with role 'user' is not allowed to perform action BanUser"):
            own_app.user("john").moderation.ban("jane")
        own_app.server.upsert_users(UserRequest(id="john", role="moderator"))
        assert own_app.user("john").moderation.ban("jane").status_code() == 201


def test_no_user_manages_roles_and_permissions(app, user):
    client = app.user(user)
    for operation, call in {
        "ListRoles": client.list_roles,
        "CreateRole": lambda: client.create_role("king"),
        "DeleteRole": lambda: client.delete_role("king"),
        "ListPermissions": client.list_permissions,
        "GetPermission": lambda: client.get_permission("search-user"),
        "CreatePermission": lambda: client.create_permission("ReadChannel", "id", "name", CONDITION),
        "UpdatePermission": lambda: client.update_permission("id", "ReadChannel", "name", CONDITION),
        "DeletePermission": lambda: client.delete_permission("id"),
    }.items():
        with refused(operation, 403, 17):
            call()

"""Callers without a token of their own: guests, who get one, and the anonymous, who do without."""

import pytest
from getstream.models import UserRequest

from support import EVERYONE, assert_refused, claims_of, refused, tampered, wrong_signature

GUEST = {"user": {"id": "visitor", "name": "Vera"}}


# Guests


def test_trap_20_a_guest_gets_another_id_than_asked_for_and_a_token_that_carries_it(app):
    answer = app.server.create_guest(UserRequest(id="visitor", name="Vera", image="v.png", custom={"color": "red"}))
    guest, token = answer.data.user, answer.data.access_token
    assert answer.status_code() == 201
    assert guest.id.startswith("guest-") and guest.id.endswith("-visitor")
    assert (guest.role, guest.name, guest.image, guest.custom) == ("guest", "Vera", "v.png", {"color": "red"})
    assert claims_of(token) == {"user_id": guest.id}


def test_two_guests_who_ask_for_the_same_id_are_two_users(app):
    first, second = (app.server.create_guest(UserRequest(id="visitor")).data.user.id for _ in range(2))
    assert first != second


def test_a_guest_may_use_the_token_as_it_is(app):
    guest = app.server.create_guest(UserRequest(id="visitor")).data
    client = app.bearer(guest.access_token)
    assert client.query_users(EVERYONE).status_code() == 200
    assert (
        client.upsert_users(UserRequest(id=guest.user.id, name="Renamed")).data.users[guest.user.id].name == "Renamed"
    )


def test_a_guest_may_not_change_others_nor_reach_the_servers_operations(app, user):
    guest = app.server.create_guest(UserRequest(id="visitor")).data
    client = app.bearer(guest.access_token)
    denied = "User with role 'guest' is not allowed to perform action UpdateUser"
    with refused("UpdateUsers", 403, 17, denied):
        client.upsert_users(UserRequest(id=user, name="Mallory"))
    with refused("UpdateApp", 403, 17):
        client.update_app()


def test_a_guest_of_stream_chat_is_written_in_the_old_dialect(app):
    answer = app.legacy.set_guest_user({"id": "visitor", "name": "Vera", "color": "red"})
    assert answer.status_code() == 201
    guest = answer["user"]
    assert (guest["role"], guest["name"], guest["color"]) == ("guest", "Vera", "red")
    assert guest["created_at"].endswith("Z") and "custom" not in guest
    assert claims_of(answer["access_token"]) == {"user_id": guest["id"]}


@pytest.mark.parametrize("path", ["/api/v2/guest", "/guest", "/video/guest"])
@pytest.mark.parametrize("token", [None, ""], ids=["no token", "empty token"])
def test_trap_11_an_anonymous_caller_with_an_empty_token_becomes_a_guest(app, path, token):
    answer = app.raw("POST", path, auth_type="anonymous", token=token, json=GUEST)
    assert answer.status_code == 201
    assert claims_of(answer.json()["access_token"]) == {"user_id": answer.json()["user"]["id"]}


def test_creating_a_guest_needs_an_auth_type_and_with_jwt_a_good_token(app, user):
    answer = app.raw("POST", "/api/v2/guest", auth_type=None, json=GUEST)
    assert_refused(answer, "CreateGuest", 401, 5, "stream-auth-type missing or invalid")
    with refused("CreateGuest", 401, 43, wrong_signature(app)):
        app.bearer(tampered(app.server.create_token(user))).create_guest(UserRequest(id="visitor"))
    with refused("CreateGuest", 401, 5, "Token signature is invalid"):
        app.bearer(tampered(app.sign({"server": True}))).create_guest(UserRequest(id="visitor"))


def test_a_guest_without_a_user_or_without_an_id_is_refused(app):
    for body in [{}, {"user": {}}, {"user": {"name": "Vera"}}]:
        assert_refused(app.raw("POST", "/api/v2/guest", auth_type="anonymous", json=body), "CreateGuest", 400, 4)


def test_guests_can_be_switched_off(own_app):
    own_app.server.update_app(guest_user_creation_disabled=True)
    with refused("CreateGuest", 403, 17):
        own_app.server.create_guest(UserRequest(id="visitor"))
    own_app.server.update_app(guest_user_creation_disabled=False)
    assert own_app.server.create_guest(UserRequest(id="visitor")).status_code() == 201


def test_there_are_no_guests_under_multi_tenancy(own_app):
    own_app.server.update_app(multi_tenant_enabled=True)
    with refused("CreateGuest", 403, 17):
        own_app.server.create_guest(UserRequest(id="visitor"))


# Anonymous callers


@pytest.mark.parametrize("token", [None, "", "undefined"])
def test_trap_11_an_anonymous_caller_needs_no_token(app, token):
    for path in ["/api/v2/app", "/app"]:
        answer = app.raw("GET", path, auth_type="anonymous", token=token)
        assert (answer.status_code, answer.json()["app"]["name"]) == (200, app.name)


@pytest.mark.parametrize("path", ["/api/v2/app", "/app", "/api/v2/guest"])
def test_a_token_that_an_anonymous_caller_shows_is_verified_and_of_nobody(app, user, path):
    method, operation = ("POST", "CreateGuest") if path.endswith("guest") else ("GET", "GetApp")

    def shown(token):
        return app.raw(method, path, auth_type="anonymous", token=token, json=GUEST if method == "POST" else None)

    other = "anon auth token must have user_id claim equal to '!anon'"
    for token in [app.server.create_token(user), app.legacy.create_token(user), app.sign({"server": True})]:
        assert_refused(shown(token), operation, 401, 5, other)
    assert_refused(shown(app.sign({"user_id": "!anon", "exp": 1})), operation, 401, 40)
    assert_refused(shown(tampered(app.server.create_token("!anon"))), operation, 401, 43)
    assert shown(app.server.create_token("!anon")).is_success


def test_an_anonymous_caller_may_query_users(app, user):
    answer = app.raw("GET", "/api/v2/users", auth_type="anonymous", params={"payload": '{"filter_conditions":{}}'})
    assert user in [found["id"] for found in answer.json()["users"]]


def test_an_anonymous_caller_may_say_so_in_the_query(app):
    answer = app.raw("GET", "/api/v2/app", auth_type=None, params={"stream-auth-type": "anonymous"})
    assert answer.json()["app"]["name"] == app.name


def test_an_anonymous_caller_may_write_nothing_whatever_user_id_they_claim(app, user):
    body = {"users": {user: {"id": user, "name": "Mallory"}}}
    answer = app.raw("POST", "/api/v2/users", auth_type="anonymous", params={"user_id": user}, json=body)
    denied = "User '!anon' with role 'anonymous' is not allowed to perform action UpdateUser"
    assert_refused(answer, "UpdateUsers", 403, 17, denied)


def test_an_anonymous_caller_reaches_no_operation_of_the_server(app, user):
    for method, path, operation in [
        ("PATCH", "/api/v2/app", "UpdateApp"),
        ("GET", "/api/v2/rate_limits", "GetRateLimits"),
        ("POST", f"/api/v2/users/{user}/deactivate", "DeactivateUser"),
    ]:
        body = {} if method != "GET" else None
        assert_refused(app.raw(method, path, auth_type="anonymous", json=body), operation, 403, 17)


def test_an_anonymous_caller_is_not_kept_as_a_user(app):
    app.raw("GET", "/api/v2/app", auth_type="anonymous")
    assert app.legacy.query_users({"role": "anonymous"})["users"] == []

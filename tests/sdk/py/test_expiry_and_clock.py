"""Expiry without waiting: the app's clock moves, and everything reads it."""

from datetime import timedelta

import pytest
from getstream.models import UserRequest

from support import EVERYONE, NOON, nanoseconds, refused, rfc3339

EXPIRED = "JWTAuth error: token is expired (exp)"


def test_trap_03_a_token_expires_as_code_40_with_status_401_so_that_sdks_refresh(own_app):
    client = own_app.bearer(own_app.provided_token("john", validity_in_seconds=60))
    assert client.query_users(EVERYONE).status_code() == 200
    own_app.advance("1h")
    with refused("QueryUsers", 401, 40, EXPIRED):
        client.query_users(EVERYONE)


def test_the_provider_refreshes_by_the_clock_that_made_the_token_expire(own_app):
    stale = own_app.provided_token("john")
    own_app.advance("2h")
    with refused("QueryUsers", 401, 40, EXPIRED):
        own_app.legacy_bearer(stale).query_users({})
    fresh = own_app.provided_token("john")
    assert own_app.legacy_bearer(fresh).query_users({}).is_ok()
    assert own_app.bearer(fresh).query_users(EVERYONE).status_code() == 200


def test_a_token_that_an_sdk_minted_expires_when_the_clock_is_moved(own_app):
    client = own_app.bearer(own_app.server.create_token("john", expiration=30 * 60))
    assert client.query_users(EVERYONE).status_code() == 200
    own_app.advance("31m")
    with refused("QueryUsers", 401, 40, EXPIRED):
        client.query_users(EVERYONE)


def test_trap_12_an_expiry_has_no_leeway(own_app):
    own_app.configure(token_times="app")
    now = own_app.freeze()
    client = own_app.bearer(own_app.sign({"user_id": "john", "exp": int(now.timestamp()) + 2}))
    own_app.advance("1s")
    assert client.query_users(EVERYONE).status_code() == 200
    own_app.advance("2s")
    with refused("QueryUsers", 401, 40, EXPIRED):
        client.query_users(EVERYONE)


def test_trap_12_a_token_issued_in_this_second_passes_and_one_of_the_next_second_does_not(own_app):
    own_app.configure(token_times="app")
    now = int(own_app.freeze().timestamp())
    assert own_app.bearer(own_app.sign({"user_id": "john", "iat": now})).query_users(EVERYONE).status_code() == 200
    early = own_app.bearer(own_app.sign({"user_id": "john", "iat": now + 1}))
    with refused("QueryUsers", 401, 42, "JWTAuth error: token used before issue at (iat)"):
        early.query_users(EVERYONE)
    own_app.advance("1s")
    assert early.query_users(EVERYONE).status_code() == 200


def test_an_app_may_allow_for_clocks_that_run_ahead(own_app):
    own_app.configure(token_times="app")
    now = int(own_app.freeze().timestamp())
    own_app.configure(iat_leeway_seconds=5)
    assert own_app.bearer(own_app.sign({"user_id": "john", "iat": now + 5})).query_users(EVERYONE).status_code() == 200
    with refused("QueryUsers", 401, 42, "JWTAuth error: token used before issue at (iat)"):
        own_app.bearer(own_app.sign({"user_id": "john", "iat": now + 6})).query_users(EVERYONE)


def test_a_not_before_is_waited_for_by_moving_the_clock(own_app):
    own_app.configure(token_times="app")
    now = int(own_app.freeze().timestamp())
    client = own_app.bearer(own_app.sign({"user_id": "john", "nbf": now + 60}))
    with refused("QueryUsers", 401, 41, "JWTAuth error: token is not valid yet (nbf)"):
        client.query_users(EVERYONE)
    own_app.advance("1m")
    assert client.query_users(EVERYONE).status_code() == 200


def test_a_token_minted_by_wall_time_is_from_the_future_when_the_clock_is_set_back(own_app):
    own_app.configure(token_times="app")
    own_app.control("PUT", "/clock", {"offset": "-1h"})
    with refused("QueryUsers", 401, 42, "JWTAuth error: token used before issue at (iat)"):
        own_app.user("john").query_users(EVERYONE)
    own_app.control("PUT", "/clock", {"system": True})
    assert own_app.user("john").query_users(EVERYONE).status_code() == 200


def test_a_server_token_with_an_expiry_expires_too(own_app):
    own_app.configure(token_times="app")
    now = int(own_app.freeze().timestamp())
    client = own_app.bearer(own_app.sign({"exp": now + 10}))
    assert client.get_app().data.app.name == own_app.name
    own_app.advance("11s")
    with refused("GetApp", 401, 40, EXPIRED):
        client.get_app()


def test_server_tokens_without_times_and_user_tokens_without_an_expiry_outlive_any_clock(own_app):
    client = own_app.user("john")
    own_app.advance("2000d")
    assert own_app.server.get_app().data.app.name == own_app.name
    assert client.query_users(EVERYONE).status_code() == 200


def test_times_of_users_are_the_times_of_the_apps_clock(own_app):
    own_app.freeze(NOON + timedelta(microseconds=123_456))
    created = own_app.server.upsert_users(UserRequest(id="john")).data.users["john"]
    assert created.created_at == created.updated_at == NOON + timedelta(microseconds=123_456)
    own_app.advance("90s")
    updated = own_app.server.upsert_users(UserRequest(id="john", name="John")).data.users["john"]
    assert created.created_at == updated.created_at
    assert updated.updated_at == NOON + timedelta(seconds=90, microseconds=123_456)


def test_trap_02_times_are_nanoseconds_on_v2_and_rfc_3339_elsewhere(own_app):
    own_app.freeze(NOON + timedelta(microseconds=123_450))
    own_app.server.create_user(id="john")
    created_at = (
        own_app.user("john")
        .get("/api/v2/users", query_params={"payload": '{"filter_conditions":{}}'})
        .data["users"][0]["created_at"]
    )
    assert (type(created_at), created_at) == (int, nanoseconds(NOON) + 123_450_000)
    assert own_app.legacy.query_users({"id": "john"})["users"][0]["created_at"] == "2040-01-01T12:00:00.12345Z"


@pytest.mark.parametrize("by", ["90s", "15m", "1h", "2d", "PT1H30M"])
def test_the_clock_moves_by_any_of_the_ways_to_write_a_duration(own_app, by):
    seconds = {"90s": 90, "15m": 900, "1h": 3600, "2d": 172_800, "PT1H30M": 5400}[by]
    now = own_app.freeze()
    own_app.advance(by)
    assert own_app.server.create_user(id="john").created_at == now + timedelta(seconds=seconds)


def test_the_clock_of_one_app_is_not_that_of_another(app, own_app):
    own_app.freeze()
    assert own_app.control("GET", "/clock")["mode"] == "frozen"
    assert own_app.control("GET", "/clock")["now"] == rfc3339(NOON)
    assert app.control("GET", "/clock")["mode"] == "system"
    assert app.server.create_user(id="john").created_at < NOON

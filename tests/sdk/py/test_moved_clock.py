"""A moved clock and a Python backend, which mints by the wall's clock: a token lives for as long as it was minted for, in the
app's time, from when it was first shown."""

import time

import pytest

from support import EVERYONE, refused

EXPIRED = "JWTAuth error: token is expired (exp)"
HOUR = 60 * 60

BACKENDS = {
    "getstream": lambda app, life: app.server.create_token("john", expiration=life),
    "stream-chat": lambda app, life: app.legacy.create_token("john", exp=int(time.time()) + life),
}

PAST = ["61m", "2d"]
WITHIN = ["30m", "-1h", "-2d"]


@pytest.fixture(params=BACKENDS)
def mint(request):
    return BACKENDS[request.param]


@pytest.mark.parametrize("by", PAST)
def test_a_token_that_was_shown_ends_when_the_clock_is_moved_past_its_life(own_app, mint, by):
    client = own_app.bearer(mint(own_app, HOUR))
    assert client.query_users(EVERYONE).status_code() == 200
    own_app.advance(by)
    with refused("QueryUsers", 401, 40, EXPIRED):
        client.query_users(EVERYONE)


@pytest.mark.parametrize("by", WITHIN)
def test_a_token_that_was_shown_goes_on_behind_a_move_within_its_life(own_app, mint, by):
    client = own_app.bearer(mint(own_app, HOUR))
    assert client.query_users(EVERYONE).status_code() == 200
    own_app.advance(by)
    assert client.query_users(EVERYONE).status_code() == 200


@pytest.mark.parametrize("by", PAST + WITHIN)
def test_what_a_backend_mints_behind_a_move_is_good_at_once(own_app, mint, by):
    own_app.advance(by)
    assert own_app.bearer(mint(own_app, HOUR)).query_users(EVERYONE).status_code() == 200


@pytest.mark.parametrize("at", ["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"])
def test_so_it_is_under_a_clock_that_stands_still(own_app, mint, at):
    own_app.control("PUT", "/clock", {"frozen": at})
    client = own_app.bearer(mint(own_app, HOUR))
    assert client.query_users(EVERYONE).status_code() == 200
    own_app.advance("61m")
    with refused("QueryUsers", 401, 40, EXPIRED):
        client.query_users(EVERYONE)


def test_a_server_goes_on_wherever_the_clock_is(own_app):
    for by in ["2d", "-4d"]:
        own_app.advance(by)
        assert own_app.server.get_app().status_code() == 200

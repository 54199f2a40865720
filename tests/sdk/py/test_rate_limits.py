"""Rate limits: told with every answer, listed on demand, enforced when an app wants that."""

from datetime import timedelta

import pytest
from getstream.exceptions import StreamRateLimitException
from getstream.models import UserRequest

from support import EVERYONE, NOON, refused


def test_trap_15_every_answer_tells_the_limit_and_what_remains_of_it(own_app):
    own_app.freeze()
    first, second = (own_app.server.get_app().rate_limit() for _ in range(2))
    assert first.limit == second.limit == 10_000
    assert 0 <= second.remaining < first.remaining < first.limit


def test_trap_15_stream_chat_reads_the_same_numbers(own_app):
    own_app.freeze()
    first, second = (own_app.legacy.get_app_settings().rate_limit() for _ in range(2))
    assert first.limit == second.limit == 10_000
    assert 0 <= second.remaining < first.remaining < first.limit


def test_trap_15_an_error_tells_them_too(app, user):
    with refused("UpdateApp", 403, 17) as denied:
        app.user(user).update_app()
    assert denied.value.rate_limit_info.limit > 0
    with refused("QueryUsers", 401, 40) as expired:
        app.bearer(app.legacy.create_token(user, exp=1)).query_users(EVERYONE)
    assert expired.value.rate_limit_info.limit > 0
    with refused("QueryUsers", 400, 4) as invalid:
        app.server.query_users()
    assert invalid.value.rate_limit_info.limit == 1_000


def test_a_limit_is_reset_on_the_next_full_minute_of_the_apps_clock(own_app):
    own_app.freeze(NOON + timedelta(seconds=12))
    first = own_app.server.get_app().rate_limit()
    assert first.reset == NOON + timedelta(minutes=1)
    own_app.advance("1m")
    second = own_app.server.get_app().rate_limit()
    assert (second.reset, second.remaining) == (NOON + timedelta(minutes=2), first.remaining)


@pytest.mark.parametrize(
    ("call", "limit"),
    [
        (lambda app: app.server.query_users(EVERYONE), 1_000),
        (lambda app: app.server.upsert_users(UserRequest(id="john")), 300),
        (lambda app: app.server.update_app(), 60),
    ],
    ids=["QueryUsers", "UpdateUsers", "UpdateApp"],
)
def test_each_operation_has_the_limit_of_streams_table(own_app, call, limit):
    assert call(own_app).rate_limit().limit == limit


def test_all_platforms_are_listed_when_none_is_named(app):
    limits = app.server.get_rate_limits().data
    for platform in [limits.server_side, limits.android, limits.ios, limits.web]:
        assert platform["GetApp"].limit == 10_000
        assert {"UpdateUsers", "QueryUsers", "CreateGuest"} <= platform.keys()


def test_only_the_named_platform_and_operations_are_listed(app):
    limits = app.server.get_rate_limits(server_side=True, endpoints="QueryUsers,GetApp").data
    assert limits.server_side.keys() == {"QueryUsers", "GetApp"}
    assert (limits.android, limits.ios, limits.web) == (None, None, None)
    assert (limits.server_side["QueryUsers"].limit, limits.server_side["GetApp"].limit) == (1_000, 10_000)


def test_trap_33_stream_chat_names_platforms_and_operations_as_text(app):
    limits = app.legacy.get_rate_limits(android=True, web=True, endpoints=["QueryUsers", "GetApp"])
    assert limits["android"].keys() == limits["web"].keys() == {"QueryUsers", "GetApp"}
    assert "server_side" not in limits and "ios" not in limits
    assert {type(value) for value in limits["web"]["GetApp"].values()} == {int}


def test_the_list_counts_what_was_called(own_app):
    own_app.freeze()
    before = own_app.server.get_rate_limits(server_side=True, endpoints="GetApp").data.server_side["GetApp"]
    for _ in range(3):
        own_app.server.get_app()
    after = own_app.server.get_rate_limits(server_side=True, endpoints="GetApp").data.server_side["GetApp"]
    assert (before.limit, before.remaining - after.remaining) == (after.limit, 3)


def test_no_limit_refuses_a_call_unless_the_app_wants_that(own_app):
    own_app.freeze()
    for _ in range(65):
        assert own_app.server.update_app().status_code() == 200
    assert own_app.server.update_app().rate_limit().remaining == 0


def test_an_app_that_enforces_limits_refuses_the_call_that_is_one_too_many(own_app):
    own_app.freeze()
    own_app.configure(rate_limits="enforce")
    with refused("UpdateApp", 429, 9) as caught:
        for _ in range(61):
            own_app.server.update_app()
    assert isinstance(caught.value, StreamRateLimitException)
    assert "Too many requests" in caught.value.message
    assert own_app.server.get_app().status_code() == 200, "another operation has its own limit"
    own_app.advance("1m")
    assert own_app.server.update_app().status_code() == 200


def test_no_user_may_list_the_limits(app, user):
    with refused("GetRateLimits", 403, 17):
        app.user(user).get_rate_limits()

"""Tokens made worthless before they expire: one user's, everybody's, and how to take that back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from getstream.models import QueryUsersPayload, UpdateUserPartialRequest, UserRequest

from support import EVERYONE, NOON, assert_refused, nanoseconds, refused, rfc3339

REVOKED = "This token has been revoked, please generate a new token"
#: Later than any token that an SDK mints by wall time during a test run.
LATER = datetime(2039, 1, 1, tzinfo=UTC)
EARLIER = datetime(2020, 1, 1, tzinfo=UTC)


def let_in(client):
    return client.query_users(EVERYONE).status_code() == 200


def revoke(app, user, before):
    request = UpdateUserPartialRequest(id=user, set={"revoke_tokens_issued_before": before.isoformat()})
    return app.server.update_users_partial([request]).data.users[user]


def undo(app, user):
    """getstream drops every null from its bodies, so this call is made without it."""
    body = {"users": [{"id": user, "set": {"revoke_tokens_issued_before": None}}]}
    return app.raw("PATCH", "/api/v2/users", token=app.server.token, json=body).json()["users"][user]


# One user


def test_trap_03_a_revoked_users_token_is_refused_as_code_40_with_status_401(app, user):
    client = app.user(user)
    assert let_in(client)
    assert revoke(app, user, LATER).revoke_tokens_issued_before == LATER
    with refused("QueryUsers", 401, 40, REVOKED):
        client.query_users(EVERYONE)


def test_a_users_revocation_is_undone_by_null(app, user):
    client = app.user(user)
    revoke(app, user, LATER)
    with refused("QueryUsers", 401, 40, REVOKED):
        client.query_users(EVERYONE)
    assert "revoke_tokens_issued_before" not in undo(app, user)
    assert let_in(client)


def test_stream_chat_revokes_one_user_and_takes_it_back(app, user):
    client = app.legacy_bearer(app.legacy.create_token(user, iat=int(EARLIER.timestamp())))
    revoked = app.legacy.revoke_user_token(user, LATER)
    assert revoked["users"][user]["revoke_tokens_issued_before"] == rfc3339(LATER)
    with refused("QueryUsers", 401, 40, REVOKED):
        client.query_users({})
    restored = app.legacy.revoke_user_token(user, None)
    assert "revoke_tokens_issued_before" not in restored["users"][user]
    assert client.query_users({}, limit=1).is_ok()


def test_stream_chat_revokes_several_users_in_one_call(app, user_id):
    ids = [f"{user_id}-{number}" for number in range(3)]
    app.server.upsert_users(*[UserRequest(id=id) for id in ids])
    app.legacy.revoke_users_token(ids[:2], LATER)
    for id in ids[:2]:
        with refused("QueryUsers", 401, 40, REVOKED):
            app.user(id).query_users(EVERYONE)
    assert let_in(app.user(ids[2]))


def test_other_users_and_the_server_are_untouched_by_a_users_revocation(app, user):
    other = app.server.create_user(id=f"{user}-other").id
    revoke(app, user, LATER)
    assert let_in(app.user(other))
    assert let_in(app.server)


def test_a_users_revocation_refuses_all_of_theirs_without_iat_whenever_it_is_set(app, user):
    client = app.legacy_user(user)
    assert client.query_users({}, limit=1).is_ok()
    revoke(app, user, EARLIER)
    with refused("QueryUsers", 401, 40, REVOKED):
        client.query_users({})
    assert let_in(app.user(user)), "a token that was issued after the time is still good"
    undo(app, user)
    assert client.query_users({}, limit=1).is_ok()


def test_a_call_token_is_revoked_like_any_other(app, user):
    client = app.bearer(app.server.create_call_token(user, call_cids=["default:standup"]))
    revoke(app, user, LATER)
    with refused("QueryUsers", 401, 40, REVOKED):
        client.query_users(EVERYONE)


def test_a_token_is_revoked_when_it_was_issued_in_an_earlier_second(own_app):
    own_app.configure(token_times="app")
    own_app.server.create_user(id="john")
    now = own_app.freeze(NOON + timedelta(milliseconds=750))
    revoke(own_app, "john", now)
    before, same = (own_app.bearer(own_app.sign({"user_id": "john", "iat": int(NOON.timestamp()) - s})) for s in (1, 0))
    with refused("QueryUsers", 401, 40, REVOKED):
        before.query_users(EVERYONE)
    assert let_in(same)


def test_an_app_may_compare_revocations_exactly(own_app):
    own_app.configure(token_times="app")
    own_app.server.create_user(id="john")
    own_app.configure(revocation_granularity="exact")
    now = own_app.freeze(NOON + timedelta(milliseconds=750))
    same = own_app.bearer(own_app.sign({"user_id": "john", "iat": int(NOON.timestamp())}))
    assert let_in(same)
    revoke(own_app, "john", now)
    with refused("QueryUsers", 401, 40, REVOKED):
        same.query_users(EVERYONE)


def test_trap_19_a_new_token_is_refused_until_the_clock_has_passed_the_time_of_revocation(own_app):
    own_app.server.create_user(id="john")
    now = own_app.freeze()
    revoke(own_app, "john", now + timedelta(minutes=1))
    with refused("QueryUsers", 401, 40, REVOKED):
        own_app.bearer(own_app.provided_token("john")).query_users(EVERYONE)
    own_app.advance("1m")
    assert let_in(own_app.bearer(own_app.provided_token("john")))


@pytest.mark.parametrize(
    "before",
    [
        LATER.replace(tzinfo=None),
        LATER.astimezone(timezone(timedelta(hours=5, minutes=30))),
        LATER.strftime("%Y-%m-%dT%H:%M:%SZ"),
        nanoseconds(LATER),
    ],
    ids=["naive", "another-zone", "zulu", "nanoseconds"],
)
def test_every_way_to_write_the_time_means_the_same_moment(app, user, before):
    app.legacy.revoke_user_token(user, before)
    found = app.server.query_users(QueryUsersPayload(filter_conditions={"id": user})).data.users[0]
    assert found.revoke_tokens_issued_before == LATER
    with refused("QueryUsers", 401, 40, REVOKED):
        app.user(user).query_users(EVERYONE)


@pytest.mark.parametrize("before", ["yesterday", "", True, {}, []], ids=repr)
def test_a_time_that_is_none_is_refused_and_revokes_nothing(app, user, before):
    with refused("UpdateUsersPartial", 400, 4):
        app.legacy.update_user_partial({"id": user, "set": {"revoke_tokens_issued_before": before}})
    assert let_in(app.user(user))


def test_no_user_may_set_or_lift_their_own_revocation(app, user):
    for before in [EARLIER.isoformat(), None]:
        with refused("UpdateUsersPartial", 403, 17):
            app.legacy_user(user).update_user_partial({"id": user, "set": {"revoke_tokens_issued_before": before}})


# Everybody


def test_an_apps_revocation_refuses_every_users_token_and_spares_the_server(own_app):
    clients = [own_app.user("john"), own_app.user("jane")]
    assert all(map(let_in, clients))
    own_app.server.update_app(revoke_tokens_issued_before=LATER)
    for client in clients:
        with refused("QueryUsers", 401, 40, REVOKED):
            client.query_users(EVERYONE)
    assert own_app.server.get_app().data.app.revoke_tokens_issued_before == LATER
    assert own_app.legacy.get_app_settings()["app"]["revoke_tokens_issued_before"] == rfc3339(LATER)
    assert own_app.bearer(own_app.sign({"iat": 1_700_000_000})).update_app().status_code() == 200


def test_an_apps_revocation_is_undone_by_null(own_app):
    client = own_app.legacy_user("john")
    own_app.legacy.revoke_tokens(LATER)
    with refused("QueryUsers", 401, 40, REVOKED):
        client.query_users({})
    own_app.legacy.revoke_tokens(None)
    assert client.query_users({}, limit=1).is_ok()
    assert own_app.server.get_app().data.app.revoke_tokens_issued_before is None
    assert own_app.legacy.get_app_settings()["app"].get("revoke_tokens_issued_before") is None


def test_an_apps_revocation_refuses_tokens_without_iat_and_lets_later_ones_in(own_app):
    own_app.legacy.revoke_tokens(EARLIER)
    with refused("QueryUsers", 401, 40, REVOKED):
        own_app.legacy_user("john").query_users({})
    assert let_in(own_app.user("john"))


def test_an_apps_revocation_ends_the_tokens_of_guests_for_they_have_no_iat(own_app):
    guest = own_app.server.create_guest(UserRequest(id="visitor")).data
    assert let_in(own_app.bearer(guest.access_token))
    own_app.legacy.revoke_tokens(EARLIER)
    with refused("QueryUsers", 401, 40, REVOKED):
        own_app.bearer(guest.access_token).query_users(EVERYONE)


def test_an_apps_revocation_does_not_concern_anonymous_callers(own_app):
    own_app.legacy.revoke_tokens(LATER)
    assert own_app.raw("GET", "/api/v2/app", auth_type="anonymous").json()["app"]["name"] == own_app.name


def test_the_two_levels_of_revocation_are_independent(own_app):
    own_app.server.create_user(id="john")
    client = own_app.user("john")
    revoke(own_app, "john", LATER)
    own_app.legacy.revoke_tokens(LATER)
    own_app.legacy.revoke_tokens(None)
    with refused("QueryUsers", 401, 40, REVOKED):
        client.query_users(EVERYONE)
    undo(own_app, "john")
    assert let_in(client)


def test_a_revocation_is_told_after_the_expiry_and_before_the_deactivation(app, user):
    revoke(app, user, LATER)
    with refused("QueryUsers", 401, 40, "JWTAuth error: token is expired (exp)"):
        app.legacy_bearer(app.legacy.create_token(user, exp=1)).query_users({})
    app.server.deactivate_user(user)
    with refused("QueryUsers", 401, 40, REVOKED):
        app.user(user).query_users(EVERYONE)


def test_a_time_for_the_app_that_is_none_is_refused(app):
    with refused("UpdateApp", 400, 4):
        app.legacy.revoke_tokens("yesterday")
    answer = app.raw("PATCH", "/api/v2/app", token=app.server.token, json={"revoke_tokens_issued_before": "yesterday"})
    assert_refused(answer, "UpdateApp", 400, 4)

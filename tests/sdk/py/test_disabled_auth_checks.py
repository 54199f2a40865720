"""Developing without a backend: auth checks off, and what stays guarded all the same."""

import base64

import pytest

from support import EVERYONE, assert_refused, developer_token, refused, tampered, wrong_signature


@pytest.fixture
def dev_app(own_app):
    own_app.server.update_app(disable_auth_checks=True)
    return own_app


def test_trap_10_a_developer_token_makes_its_bearer_that_user(dev_app):
    dev_app.server.create_user(id="jane")
    assert dev_app.bearer(developer_token("john")).block_users("jane").data.blocked_by_user_id == "john"


@pytest.mark.parametrize("user_id", ["a", "ab", "abc", "a-b_c@d"])
def test_trap_10_a_developer_token_of_any_length_is_read(dev_app, user_id):
    dev_app.server.create_user(id="someone-else")
    client = dev_app.bearer(developer_token(user_id))
    assert client.block_users("someone-else").data.blocked_by_user_id == user_id


def test_a_tampered_token_is_accepted_for_the_user_that_it_names(dev_app):
    dev_app.server.create_user(id="jane")
    client = dev_app.bearer(tampered(dev_app.server.create_token("john")))
    assert client.block_users("jane").data.blocked_by_user_id == "john"


def test_stream_chat_is_let_in_with_a_developer_token(dev_app):
    assert dev_app.legacy_bearer(developer_token("john")).query_users({}).is_ok()


def test_a_developer_token_never_reaches_a_server_only_operation(dev_app):
    with refused("UpdateApp", 403, 17):
        dev_app.bearer(developer_token("john")).update_app(disable_auth_checks=True)
    with refused("DeactivateUser", 403, 17):
        dev_app.bearer(developer_token("john")).deactivate_user("john")


def test_a_server_token_with_a_wrong_signature_stays_refused(dev_app):
    with refused("UpdateApp", 401, 5, "Token signature is invalid"):
        dev_app.bearer(tampered(dev_app.sign({"server": True}))).update_app()


def test_a_call_without_a_token_stays_refused(dev_app):
    answer = dev_app.raw("GET", "/api/v2/app")
    assert_refused(answer, "GetApp", 401, 5, "JWTAuth error: token contains an invalid number of segments")


def test_something_that_is_not_a_token_stays_refused(dev_app):
    with refused("QueryUsers", 401, 5, "JWTAuth error: token contains an invalid number of segments"):
        dev_app.bearer("john").query_users(EVERYONE)


def test_server_tokens_go_on_working(dev_app):
    assert dev_app.server.get_app().data.app.disable_auth_checks is True
    assert dev_app.legacy.get_app_settings()["app"]["disable_auth_checks"] is True


def test_a_token_that_is_signed_well_is_judged_as_always(dev_app):
    dev_app.server.create_user(id="john")
    with refused("QueryUsers", 401, 40, "JWTAuth error: token is expired (exp)"):
        dev_app.legacy_bearer(dev_app.legacy.create_token("john", exp=1)).query_users({})
    dev_app.legacy.revoke_user_token("john", "2039-01-01T00:00:00Z")
    with refused("QueryUsers", 401, 40, "This token has been revoked, please generate a new token"):
        dev_app.user("john").query_users(EVERYONE)


def test_times_and_revocation_are_not_looked_at_in_a_token_that_is_signed_badly(dev_app):
    dev_app.server.create_user(id="john")
    dev_app.legacy.revoke_user_token("john", "2039-01-01T00:00:00Z")
    assert dev_app.bearer(developer_token("john")).query_users(EVERYONE).status_code() == 200
    expired = tampered(dev_app.legacy.create_token("john", exp=1))
    assert dev_app.bearer(expired).query_users(EVERYONE).status_code() == 200


def test_an_app_may_look_at_times_all_the_same(dev_app):
    dev_app.configure(disabled_auth_checks="check_times")
    with refused("QueryUsers", 401, 40, "JWTAuth error: token is expired (exp)"):
        dev_app.bearer(tampered(dev_app.legacy.create_token("john", exp=1))).query_users(EVERYONE)
    assert dev_app.bearer(developer_token("john")).query_users(EVERYONE).status_code() == 200


def test_a_deactivated_user_stays_out(dev_app):
    dev_app.server.create_user(id="john")
    dev_app.server.deactivate_user("john")
    with refused("QueryUsers", 404, 16, "the user john was deactivated"):
        dev_app.bearer(developer_token("john")).query_users(EVERYONE)


def test_the_switch_takes_effect_on_the_very_next_call_in_both_directions(own_app):
    client = own_app.bearer(developer_token("john"))
    for _ in range(3):
        with refused("QueryUsers", 401, 43, wrong_signature(own_app)):
            client.query_users(EVERYONE)
        own_app.server.update_app(disable_auth_checks=True)
        assert client.query_users(EVERYONE).status_code() == 200
        own_app.server.update_app(disable_auth_checks=False)


def test_the_segments_of_a_developer_token_may_be_unpadded_too(dev_app):
    head, body, word = developer_token("john").split(".")
    client = dev_app.bearer(f"{head.rstrip('=')}.{body.rstrip('=')}.{word}")
    assert client.query_users(EVERYONE).status_code() == 200


def test_a_developer_token_needs_a_user_id(dev_app):
    body = base64.b64encode(b'{"name":"john"}').decode()
    with refused("QueryUsers", 401, 5, "Token signature is invalid"):
        dev_app.bearer(f"{developer_token('x').split('.')[0]}.{body}.devtoken").query_users(EVERYONE)

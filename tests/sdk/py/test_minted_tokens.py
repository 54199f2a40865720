"""Tokens that the SDKs mint, and who the server takes their bearers for."""

import base64
import hmac

import pytest

from support import EVERYONE, claims_of, refused, wrong_signature


def may_change_settings(app, token):
    """Only a server token may do that; the call itself changes nothing."""
    return app.legacy_bearer(token).update_app_settings().is_ok()


def test_trap_01_the_server_token_of_getstream_has_no_claims_and_opens_everything(app):
    assert claims_of(app.server.token) == {}
    assert app.server.get_app().data.app.name == app.name
    assert app.server.update_app().status_code() == 200


def test_the_server_token_of_stream_chat_says_server_true_and_opens_everything(app):
    assert claims_of(app.legacy.auth_token) == {"server": True}
    assert app.legacy.get_app_settings()["app"]["name"] == app.name
    assert may_change_settings(app, app.legacy.auth_token)


@pytest.mark.parametrize("server", [True, False, "true", 1, 0, None, [], {}], ids=repr)
def test_trap_01_the_server_claim_is_never_read(app, user, server):
    assert may_change_settings(app, app.sign({"server": server}))
    with refused("UpdateApp", 403, 17):
        may_change_settings(app, app.sign({"server": server, "user_id": user}))


@pytest.mark.parametrize(
    "claims",
    [
        {"nbf": 1_700_000_000, "iat": 1_700_000_000, "exp": 4_000_000_000},
        {"iat": 1_700_000_000, "server": True},
        {
            "iat": 1_700_000_000,
            "iss": "Stream Chat Java SDK",
            "sub": "Stream Chat Java SDK",
            "server": True,
            "scope": "admins",
        },
        {"user_id": ""},
    ],
    ids=["net", "ruby-php-java", "chat-java", "empty-user-id"],
)
def test_trap_01_every_shape_of_server_token_that_an_sdk_mints_is_one(app, claims):
    assert may_change_settings(app, app.sign(claims))


def test_a_user_token_of_getstream_makes_its_bearer_that_user(app, user):
    target = app.server.create_user(id=f"{user}-target").id
    token = app.server.create_token(user)
    assert claims_of(token).keys() == {"user_id", "iat"}
    assert app.bearer(token).block_users(target).data.blocked_by_user_id == user


def test_a_user_token_of_stream_chat_has_neither_iat_nor_exp_and_is_accepted(app, user):
    target = app.server.create_user(id=f"{user}-target").id
    token = app.legacy.create_token(user)
    assert claims_of(token) == {"user_id": user}
    blocked = app.legacy_bearer(token).post("users/block", data={"blocked_user_id": target})
    assert blocked["blocked_by_user_id"] == user


def test_a_user_token_with_a_validity_is_accepted_while_it_lasts(app, user):
    token = app.server.create_token(user, expiration=3600)
    assert claims_of(token)["exp"] - claims_of(token)["iat"] >= 3600
    assert app.bearer(token).query_users(EVERYONE).status_code() == 200


def test_a_call_token_is_a_user_token(app, user):
    token = app.server.create_call_token(user, call_cids=["default:standup"], role="host", expiration=60)
    claims = claims_of(token)
    assert (claims["user_id"], claims["call_cids"], claims["role"]) == (user, ["default:standup"], "host")
    assert app.bearer(token).query_users(EVERYONE).status_code() == 200
    with refused("UpdateApp", 403, 17):
        app.bearer(token).update_app()


def test_the_role_in_a_call_token_gives_no_role_in_the_app(app, user):
    token = app.server.create_call_token(user, role="admin")
    with refused("Ban", 403, 17, f"User '{user}' with role 'user' is not allowed to perform action BanUser"):
        app.bearer(token).moderation.ban(user)


def test_claims_that_nobody_knows_are_ignored(app, user):
    token = app.legacy.create_token(
        user, iat=1_700_000_000, exp=4_000_000_000, validity_in_seconds=60, anything={"deep": [1]}
    )
    assert app.legacy_bearer(token).query_users({}, limit=1).is_ok()


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode], ids=["standard", "url-safe"])
def test_trap_10_the_signature_is_judged_over_the_parts_as_they_were_sent(app, user, encode):
    parts = [
        encode(text.encode()).decode() for text in ('{"alg": "HS256"}', f'{{"user_id":"{user}","smile":"🙂🙃???"}}')
    ]
    assert any("=" in part for part in parts)
    signature = hmac.digest(app.api_secret.encode(), ".".join(parts).encode(), "sha256")
    token = ".".join([*parts, encode(signature).decode()])
    assert app.bearer(token).query_users(EVERYONE).status_code() == 200
    with refused("QueryUsers", 401, 43, wrong_signature(app)):
        app.bearer(token.replace("=", "")).query_users(EVERYONE)


def test_a_bearer_prefix_is_tolerated(app, user):
    assert app.bearer(f"Bearer {app.server.create_token(user)}").query_users(EVERYONE).status_code() == 200


def test_a_token_header_may_hold_more_than_alg_and_typ(app, user):
    assert app.bearer(app.sign({"user_id": user}, kid="1", custom=True)).query_users(EVERYONE).status_code() == 200


def test_the_token_provider_mints_a_token_of_that_user_that_lasts_an_hour(app, user):
    answer = app.control("POST", "/token-provider", {"user_id": user})
    claims = claims_of(answer["token"])
    assert answer["user_id"] == claims["user_id"] == user
    assert claims["exp"] - claims["iat"] == 3600
    assert app.bearer(answer["token"]).query_users(EVERYONE).status_code() == 200


def test_the_token_provider_takes_the_validity_that_is_asked_for(app, user):
    claims = claims_of(app.provided_token(user, validity_in_seconds=24 * 60 * 60))
    assert claims["exp"] - claims["iat"] == 24 * 60 * 60


def test_a_token_minted_over_the_control_api_is_one_of_the_app(app, user):
    minted = app.control("POST", "/tokens", {"kind": "user", "user_id": user, "ttl": "5m"})
    assert minted["claims"] == claims_of(minted["token"])
    assert app.bearer(minted["token"]).query_users(EVERYONE).status_code() == 200


def test_a_token_of_one_app_is_worth_nothing_in_another(app, own_app, user):
    with refused("QueryUsers", 401, 43, wrong_signature(own_app)):
        own_app.bearer(app.server.create_token(user)).query_users(EVERYONE)
    with refused("GetApp", 401, 5, "Token signature is invalid"):
        own_app.bearer(app.sign({})).get_app()


def test_trap_17_a_valid_token_of_a_user_who_never_existed_may_read(app, user_id):
    client = app.user(user_id)
    assert client.query_users(EVERYONE).status_code() == 200
    assert client.get("/api/v2/app").data["app"]["name"] == app.name


def test_trap_17_a_write_with_a_valid_token_creates_its_user(app, user_id):
    app.user(user_id).create_device("phone", "firebase")
    assert app.server.list_devices(user_id).data.devices[0].user_id == user_id
    assert app.legacy.query_users({"id": user_id})["users"][0]["role"] == "user"


def test_an_app_may_refuse_users_that_it_does_not_know(own_app):
    own_app.configure(unknown_user="refuse")
    with refused("QueryUsers", 404, 16, "the user nobody does not exist"):
        own_app.user("nobody").query_users(EVERYONE)
    own_app.server.create_user(id="nobody")
    assert own_app.user("nobody").query_users(EVERYONE).status_code() == 200

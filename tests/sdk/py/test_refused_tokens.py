"""Credentials that are refused: by both SDKs, with the code, the status and the words of production."""

import jwt
import pytest
from getstream import Stream
from stream_chat import StreamChat

from support import EVERYONE, URL, assert_refused, developer_token, refused, segment, tampered, wrong_signature

HEADER, CLAIMS = segment('{"alg":"HS256"}'), segment('{"user_id":"john"}')

CALLS = {
    "getstream": lambda app, token: app.bearer(token).query_users(EVERYONE),
    "stream-chat": lambda app, token: app.legacy_bearer(token).query_users({}, limit=1),
}


@pytest.fixture(params=CALLS)
def call(request, app):
    """Makes the same call with a token, by either SDK."""
    return lambda token: CALLS[request.param](app, token)


# The api key and the auth type come before the token


def test_a_call_without_an_api_key_is_refused(app):
    answer = app.raw("GET", "/api/v2/app", api_key=None, token=app.server.token)
    assert_refused(answer, "GetApp", 401, 2, "api_key or app_id not provided")


def test_an_empty_api_key_counts_as_none(app):
    with refused("GetApp", 401, 2, "api_key or app_id not provided"):
        StreamChat("", app.api_secret, base_url=URL).get_app_settings()


def test_an_unknown_api_key_is_refused_before_anything_else_is_looked_at(app):
    with refused("GetApp", 401, 2, "api_key not valid"):
        Stream(api_key="no-such-key", api_secret=app.api_secret, base_url=URL).get_app()
    with refused("GetApp", 401, 2, "api_key not valid"):
        StreamChat("no-such-key", app.api_secret, base_url=URL).get_app_settings()
    answer = app.raw("GET", "/api/v2/app", api_key="no-such-key", auth_type="nonsense", token="nonsense")
    assert_refused(answer, "GetApp", 401, 2, "api_key not valid")


@pytest.mark.parametrize("auth_type", [None, "", "JWT", "basic"])
def test_an_auth_type_other_than_jwt_and_anonymous_is_refused(app, auth_type):
    answer = app.raw("GET", "/api/v2/app", token=app.server.token, auth_type=auth_type)
    assert_refused(answer, "GetApp", 401, 5, "stream-auth-type missing or invalid")


def test_trap_22_the_api_key_may_come_in_a_header(app):
    answer = app.raw("GET", "/api/v2/app", api_key=None, token=app.server.token, headers={"api_key": app.api_key})
    assert answer.json()["app"]["name"] == app.name


def test_trap_22_the_auth_type_may_come_in_the_query(app):
    answer = app.raw("GET", "/api/v2/app", token=app.server.token, auth_type=None, params={"stream-auth-type": "jwt"})
    assert answer.json()["app"]["name"] == app.name


def test_trap_23_header_names_are_read_in_any_case(app):
    headers = {"Stream-Auth-Type": "jwt", "AUTHORIZATION": app.server.token}
    assert app.raw("GET", "/api/v2/app", auth_type=None, headers=headers).json()["app"]["name"] == app.name


# The form of the token


@pytest.mark.parametrize("token", ["no-token", "two.parts", "and.four.parts.here"])
def test_a_token_that_has_not_three_parts_is_refused(call, token):
    with refused("QueryUsers", 401, 5, "JWTAuth error: token contains an invalid number of segments"):
        call(token)


@pytest.mark.parametrize("token", [None, ""])
def test_a_missing_or_empty_token_is_refused_as_one_without_parts(app, token):
    answer = app.raw("GET", "/api/v2/app", token=token)
    assert_refused(answer, "GetApp", 401, 5, "JWTAuth error: token contains an invalid number of segments")


def test_a_header_that_is_not_json_is_refused_with_its_first_bad_byte(call):
    with refused("QueryUsers", 401, 5, "JWTAuth error: invalid character 'h' in literal true (expecting 'r')"):
        call(f"{segment('that')}.{CLAIMS}.c2ln")


def test_claims_that_are_not_json_are_refused_with_their_first_bad_byte(call):
    with refused("QueryUsers", 401, 5, "JWTAuth error: invalid character 'h' in literal true (expecting 'r')"):
        call(f"{HEADER}.{segment('that')}.c2ln")


def test_a_user_id_that_is_a_number_is_refused_by_the_name_of_its_field(app, call):
    with refused("QueryUsers", 401, 5, _go_type_error("number", "user_id", "string")):
        call(app.sign({"user_id": 42}))


def test_an_expiry_that_is_an_object_is_refused_by_the_name_of_its_field(app, call, user):
    with refused("QueryUsers", 401, 5, _go_type_error("object", "exp", "int64")):
        call(app.sign({"user_id": user, "exp": {}}))


def _go_type_error(seen, field, wanted):
    return f"JWTAuth error: json: cannot unmarshal {seen} into Go struct field StreamJWTClaims.{field} of type {wanted}"


# The signature


def test_trap_35_a_user_token_with_a_wrong_signature_is_refused_with_the_name_of_the_key(app, call, user):
    with refused("QueryUsers", 401, 43, wrong_signature(app)):
        call(app.sign({"user_id": user}, secret="some other secret, long enough for HS256"))


def test_trap_35_a_server_token_with_a_wrong_signature_is_refused_in_other_words(app, call):
    with refused("QueryUsers", 401, 5, "Token signature is invalid"):
        call(app.sign({"server": True}, secret="some other secret, long enough for HS256"))


def test_a_tampered_signature_is_refused(app, call, user):
    with refused("QueryUsers", 401, 43, wrong_signature(app)):
        call(tampered(app.server.create_token(user)))


def test_a_developer_token_is_refused_while_auth_checks_are_on(app, call, user):
    with refused("QueryUsers", 401, 43, wrong_signature(app)):
        call(developer_token(user))


@pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512"])
def test_only_hs256_is_taken_even_with_the_right_secret(app, user, algorithm):
    secret = None if algorithm == "none" else app.api_secret
    token = jwt.encode({"user_id": user}, secret, algorithm=algorithm)
    answer = app.raw("GET", "/api/v2/app", token=token)
    assert (answer.status_code, answer.json()["code"]) in [(401, 5), (401, 43)]


def test_a_wrong_signature_is_told_before_the_expiry(app, call, user):
    with refused("QueryUsers", 401, 43, wrong_signature(app)):
        call(tampered(app.legacy.create_token(user, exp=1)))


# The times in the token


def test_an_expired_user_token_is_refused(app, call, user):
    with refused("QueryUsers", 401, 40, "JWTAuth error: token is expired (exp)"):
        call(app.legacy.create_token(user, exp=1))


def test_an_expired_server_token_is_refused(app, call):
    with refused("QueryUsers", 401, 40, "JWTAuth error: token is expired (exp)"):
        call(app.sign({"exp": 1}))


def test_a_token_that_is_not_valid_yet_is_refused(app, call, user):
    with refused("QueryUsers", 401, 41, "JWTAuth error: token is not valid yet (nbf)"):
        call(app.sign({"user_id": user, "nbf": 4_000_000_000}))


def test_a_token_issued_in_the_future_is_refused(app, call, user):
    with refused("QueryUsers", 401, 42, "JWTAuth error: token used before issue at (iat)"):
        call(app.legacy.create_token(user, iat=4_000_000_000))


# Authentication comes before the body


def test_a_bad_token_is_told_before_a_bad_body(app):
    answer = app.raw("POST", "/api/v2/users", token="no-token", content=b"not json")
    assert_refused(answer, "UpdateUsers", 401, 5, "JWTAuth error: token contains an invalid number of segments")

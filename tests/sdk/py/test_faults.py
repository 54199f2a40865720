"""Faults and stubs against the server-side SDKs: errors by code, rate limits, cut connections, fixed answers."""

from datetime import timedelta

import httpx
import pytest
from getstream.exceptions import StreamApiException, StreamRateLimitException

from support import EVERYONE, NOON, refused

LIMITED = "Too many requests, check response headers for more information. The limit is 10000 a minute"


def fault(app, operation, then, **more):
    return app.control("POST", "/faults", {"operation": operation, "then": then, **more})


def verified(app, *expect):
    """Exactly this happened, in this order."""
    return app.control("POST", "/requests/verify", {"in_order": True, "expect": list(expect)})["ok"]


def read(app, sdk):
    """A call of the operation GetApp."""
    return app.server.get_app() if sdk == "getstream" else app.legacy.get_app_settings()


SDKS = pytest.mark.parametrize("sdk", ["getstream", "stream-chat"])


@SDKS
@pytest.mark.parametrize(
    ("code", "status", "message"),
    [(40, 401, None), (16, 404, "gone fishing"), (-1, 500, None), ("TokenSignatureInvalidError", 401, None)],
)
def test_the_next_call_is_refused_with_a_code_and_the_one_behind_it_goes_through(own_app, sdk, code, status, message):
    error = {"code": code} if message is None else {"code": code, "message": message}
    fault(own_app, "GetApp", {"error": error})
    with refused("GetApp", status, 43 if isinstance(code, str) else code, message):
        read(own_app, sdk)
    read(own_app, sdk)
    assert verified(
        own_app,
        {"operation": "GetApp", "outcome": "failed" if status == 500 else "refused", "times": 1},
        {"operation": "GetApp", "outcome": "ok", "times": 1},
    )


def test_a_rate_limit_tells_getstream_when_it_ends(own_app):
    own_app.freeze()
    fault(own_app, "GetApp", {"rate_limit": "30s"}, caller="server")
    with refused("GetApp", 429, 9, LIMITED) as caught:
        own_app.server.get_app()
    assert isinstance(caught.value, StreamRateLimitException)
    told = caught.value.rate_limit_info
    assert (told.limit, told.remaining, told.reset) == (10_000, 0, NOON + timedelta(seconds=30))
    own_app.server.get_app()


def test_stream_chat_waits_for_as_long_as_a_rate_limit_says_and_asks_again(own_app):
    own_app.freeze()
    fault(own_app, "GetApp", {"rate_limit": "1s"}, caller="server")
    assert own_app.legacy.get_app_settings()["app"]
    assert verified(
        own_app,
        {"operation": "GetApp", "status": 429, "code": 9, "times": 1},
        {"operation": "GetApp", "status": 200, "times": 1},
    )


def test_only_the_operation_the_user_and_the_kind_of_caller_that_were_named_fail(own_app):
    fault(own_app, "QueryUsers", {"error": {"code": 40}}, user_id="john", times=None)
    fault(own_app, "GetApp", {"error": {"code": 40}}, caller="user", times=None)
    with refused("QueryUsers", 401, 40):
        own_app.user("john").query_users(EVERYONE)
    own_app.user("jane").query_users(EVERYONE)
    own_app.server.query_users(EVERYONE)
    own_app.server.get_app()


def test_a_write_whose_connection_is_cut_changes_nothing(own_app):
    fault(own_app, "UpdateUsers", {"cut": True})
    with pytest.raises(httpx.TransportError):
        own_app.raw("POST", "/api/v2/users", token=own_app.sign({}), json={"users": {"john": {"id": "john"}}})
    assert own_app.server.query_users(EVERYONE).data.users == []
    assert verified(own_app, {"operation": "UpdateUsers", "outcome": "failed", "status": 0, "times": 1})


def test_the_token_provider_fails_and_recovers(own_app):
    fault(own_app, "TokenProvider", {"error": {"code": -1}}, times=2)
    for _ in range(2):
        with pytest.raises(AssertionError, match="500"):
            own_app.provided_token("john")
    own_app.bearer(own_app.provided_token("john")).query_users(EVERYONE)


def test_a_stub_answers_an_operation_of_stream_chat_that_is_not_built(own_app):
    with refused("Request", 501, 16):
        own_app.legacy.query_channels({})
    stub = {"method": "POST", "path": "/channels", "body": {"channels": [], "duration": "1ms"}}
    own_app.control("PUT", "/stubs", stub)
    assert own_app.legacy.query_channels({})["channels"] == []
    with refused("Request", 401, 5):
        own_app.legacy_bearer("a.b").query_channels({})
    assert verified(
        own_app,
        {"operation": "Unknown", "status": 501, "times": 1},
        {"status": 200, "caller": "server", "times": 1},
        {"operation": "Unknown", "status": 401, "times": 1},
    )


def test_a_stub_answers_something_else_for_an_operation_that_is_built(own_app):
    error = {"code": 16, "message": "no app", "StatusCode": 404, "duration": "0", "more_info": "", "details": []}
    own_app.control("PUT", "/stubs", {"operation": "GetApp", "status": 404, "body": error})
    with pytest.raises(StreamApiException, match="no app"):
        own_app.server.get_app()
    own_app.control("DELETE", "/stubs?operation=GetApp")
    own_app.server.get_app()

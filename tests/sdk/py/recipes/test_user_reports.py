# millpond exec --fixture user-reports -- python -m pytest test_user_reports.py
"""What users of Stream's SDKs reported as bugs; those of a backend. The others: tests/sdk/js/recipes/user-reports.test.mjs."""

import os
import socket

import httpx
import pytest
from getstream import Stream
from getstream.exceptions import StreamRateLimitException
from getstream.models import QueryUsersPayload, UserRequest

from millpond import URL, clone

EVERYBODY = QueryUsersPayload(filter_conditions={})


def test_7_signature_is_not_valid_but_which_secret_was_it():
    """stream-chat-react-native#2602, stream-js#225, stream-net#38"""
    ours, token = os.environ["STREAM_API_KEY"], os.environ["MILLPOND_TOKEN_OF_ANOTHER_APP"]
    told = httpx.post(f"{URL}/_millpond/tokens/inspect", json={"token": token, "api_key": ours}).json()
    assert told["code"] == 43
    assert ours in told["message"]
    assert told["matched_secret"] == "another", "the api key of the app whose secret signed it"


def test_8_everything_works_without_a_network(monkeypatch):
    """stream-chat-react#1968, stream-chat-flutter#982"""
    lookup = socket.getaddrinfo

    def loopback_only(host, *rest, **options):
        assert host in ("127.0.0.1", "localhost"), f"{host} is somewhere else"
        return lookup(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", loopback_only)
    app = clone()
    backend = Stream(api_key=app.key, api_secret=app.secret, base_url=URL)
    backend.upsert_users(UserRequest(id="jane", name="Jane"))
    jane = backend.clone_for_token(backend.create_token("jane"))
    assert "jane" in [user.id for user in jane.query_users(EVERYBODY).data.users]


def test_10_no_suite_runs_into_a_rate_limit():
    """stream-chat-ruby#101. UpdateUsers has a limit of 300 in a minute in production."""
    app = clone()
    backend = Stream(api_key=app.key, api_secret=app.secret, base_url=URL)
    for _ in range(310):
        backend.upsert_users(UserRequest(id="jane"))


def test_10_a_rate_limit_comes_when_it_is_asked_for():
    app = clone()
    backend = Stream(api_key=app.key, api_secret=app.secret, base_url=URL)
    limited = backend.clone_for_token(app.fetch_token("limited"))
    for _ in range(2):
        with pytest.raises(StreamRateLimitException) as refusal:
            limited.query_users(EVERYBODY)
        assert refusal.value.retry_after.total_seconds() > 0
    limited.query_users(EVERYBODY)

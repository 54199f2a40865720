"""An app of the emulator as the tests see it: its SDK clients, its tokens, its clock, and how a refusal looks."""

import base64
import json
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property

import httpx
import jwt
import pytest
from getstream import AsyncStream, Stream
from getstream.exceptions import StreamApiException
from getstream.models import QueryUsersPayload
from stream_chat import StreamChat, StreamChatAsync
from stream_chat.base.exceptions import StreamAPIException

URL = os.environ.get("MILLPOND_URL", "")

#: A moment well after today: with the clock frozen here, tokens that SDKs mint by wall time are valid and in the past.
NOON = datetime(2040, 1, 1, 12, 0, 0, tzinfo=UTC)

#: The call that any user may make, so it shows whether a token is let in. Its operation is QueryUsers.
EVERYONE = QueryUsersPayload(filter_conditions={}, limit=1)


#: Stands for the app's own api key.
OWN = object()


class App:
    """One app: its key and secret, and all ways to call it."""

    def __init__(self, created):
        self.name, self.api_key, self.api_secret = created["name"], created["api_key"], created["api_secret"]

    @classmethod
    def create(cls, name):
        answer = httpx.post(f"{URL}/_millpond/apps", json={"name": name})
        assert answer.status_code == 201, answer.text
        return cls(answer.json())

    def delete(self):
        self.control("DELETE", "")

    # Clients

    @cached_property
    def server(self):
        """getstream with the app's secret: the dialect of /api/v2."""
        return Stream(api_key=self.api_key, api_secret=self.api_secret, base_url=URL)

    @cached_property
    def legacy(self):
        """stream-chat with the app's secret: the un-prefixed dialect."""
        return StreamChat(self.api_key, self.api_secret, base_url=URL)

    def async_server(self):
        return AsyncStream(api_key=self.api_key, api_secret=self.api_secret, base_url=URL)

    def async_legacy(self):
        return StreamChatAsync(self.api_key, self.api_secret, base_url=URL)

    def bearer(self, token):
        """getstream with a token in place of the secret."""
        return self.server.clone_for_token(token)

    def legacy_bearer(self, token):
        """stream-chat with a token in place of its own server token."""
        client = StreamChat(self.api_key, self.api_secret, base_url=URL)
        client.auth_token = token
        return client

    def user(self, user_id):
        return self.bearer(self.server.create_token(user_id))

    def legacy_user(self, user_id):
        return self.legacy_bearer(self.legacy.create_token(user_id))

    def raw(self, method, path, *, api_key=OWN, token=None, auth_type="jwt", params=None, headers=None, **request):
        """A call without an SDK. `None` leaves out the api key, the token or the auth type."""
        query = dict(params or {})
        if api_key is not None:
            query["api_key"] = self.api_key if api_key is OWN else api_key
        head = dict(headers or {})
        if token is not None:
            head["Authorization"] = token
        if auth_type is not None:
            head["stream-auth-type"] = auth_type
        return httpx.request(method, URL + path, params=query, headers=head, **request)

    # Tokens

    def sign(self, claims, secret=None, **header):
        """Any token at all, signed with the app's secret unless told otherwise."""
        return jwt.encode(claims, secret or self.api_secret, algorithm="HS256", headers=header or None)

    def provided_token(self, user_id, **options):
        """A token of the app's own provider: unlike the SDKs it reads the app's clock."""
        return self.control("POST", "/token-provider", {"user_id": user_id, **options})["token"]

    # The app's clock and settings of ours

    def control(self, method, path, body=None):
        answer = httpx.request(method, f"{URL}/_millpond/apps/{self.api_key}{path}", json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def freeze(self, at=NOON):
        self.control("PUT", "/clock", {"frozen": rfc3339(at)})
        return at

    def advance(self, by):
        self.control("POST", "/clock/advance", {"by": by})

    def configure(self, **settings):
        self.control("PATCH", "/settings", settings)


# Refusals


@contextmanager
def refused(operation, status, code, message=None):
    """The SDK call inside gets exactly this error, whichever SDK makes it.

    Without a `message` the text is not checked: that of production is not known.
    """
    with pytest.raises((StreamApiException, StreamAPIException)) as caught:
        yield caught
    error = caught.value
    if isinstance(error, StreamApiException):
        check_refusal(operation, status, code, message, error.status_code, error.code, error.message)
    else:
        check_refusal(operation, status, code, message, error.status_code, error.error_code, error.error_message)


def assert_refused(response, operation, status, code, message=None):
    """The same for a raw answer, whose body must be a whole error besides."""
    body = response.json()
    assert {name: type(value) for name, value in body.items()} == {
        "code": int,
        "message": str,
        "StatusCode": int,
        "duration": str,
        "more_info": str,
        "details": list,
    }
    assert body["StatusCode"] == response.status_code
    check_refusal(operation, status, code, message, response.status_code, body["code"], body["message"])


def check_refusal(operation, status, code, message, seen_status, seen_code, seen_message):
    before, after = f'{operation} failed with error: "', '"'
    wanted = f"{before}{message}{after}" if message is not None else f"{before}{seen_message[len(before) : -1]}{after}"
    assert (seen_status, seen_code, seen_message) == (status, code, wanted)
    assert len(seen_message) > len(before) + len(after), "an error says what is wrong"


# Small things


def rfc3339(at):
    return at.isoformat().replace("+00:00", "Z")


def nanoseconds(at):
    return int(at.timestamp()) * 1_000_000_000 + at.microsecond * 1_000


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def segment(text):
    """One part of a token, made of any text."""
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def developer_token(user_id):
    """As the JavaScript and Swift SDKs make it: standard base64 with padding, and a word for a signature."""
    head = base64.b64encode(b'{"alg":"HS256","typ":"JWT"}').decode()
    body = base64.b64encode(json.dumps({"user_id": user_id}, separators=(",", ":")).encode()).decode()
    return f"{head}.{body}.devtoken"


def tampered(token):
    """The same claims under a signature that is well formed and wrong."""
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{signature[::-1]}"


def wrong_signature(app):
    advice = f'Make sure the token is created using the secret for API key "{app.api_key}"'
    return f"JWTAuth error: signature is not valid. {advice}"

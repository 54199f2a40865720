# millpond exec --fixture quickstart -- python -m pytest test_an_hour_in_no_time.py
"""Each app has a clock. Moved by an hour, everything that goes by time has moved: tokens, bans, the times of users."""

from datetime import timedelta

import pytest
from getstream import Stream
from getstream.exceptions import StreamApiException
from getstream.models import QueryUsersPayload, UpdateUserPartialRequest

from millpond import URL, clone

JOHN = QueryUsersPayload(filter_conditions={"id": "john"})


def test_an_hour_passes():
    app = clone()
    backend = Stream(api_key=app.key, api_secret=app.secret, base_url=URL)
    john = backend.clone_for_token(backend.create_token("john", expiration=3600))
    backend.moderation.ban("john", banned_by_id="mia", timeout=30)  # minutes
    before = john.query_users(JOHN).data.users[0]
    assert before.banned

    app.control("POST", "/clock/advance", {"by": "61m"})

    with pytest.raises(StreamApiException, match="token is expired") as refusal:
        john.query_users(JOHN)
    assert (refusal.value.status_code, refusal.value.code) == (401, 40)
    assert not backend.query_users(JOHN).data.users[0].banned, "the ban is over"

    # `create_token` goes by the computer's clock; the token provider goes by the app's.
    john = backend.clone_for_token(app.fetch_token("john"))
    john.update_users_partial([UpdateUserPartialRequest(id="john", set={"name": "Johnny"})])
    after = john.query_users(JOHN).data.users[0]
    assert after.updated_at - before.updated_at > timedelta(hours=1)

# millpond exec --fixture roles-and-permissions -- python -m pytest test_a_role_is_refused.py
"""What a role may not do is refused with 403 and code 17, and asking for another token is no way out of it."""

import pytest
from getstream import Stream
from getstream.exceptions import StreamApiException
from getstream.models import UpdateUserPartialRequest

from millpond import URL, clone


def test_john_cannot_ban_until_he_is_a_moderator():
    app = clone()
    backend = Stream(api_key=app.key, api_secret=app.secret, base_url=URL)
    john = backend.clone_for_token(app.fetch_token("john"))

    with pytest.raises(StreamApiException) as refusal:
        john.moderation.ban("eve")
    assert (refusal.value.status_code, refusal.value.code) == (403, 17)

    backend.update_users_partial([UpdateUserPartialRequest(id="john", set={"role": "moderator"})])
    john.moderation.ban("eve")  # with the same token: roles are looked up, not signed

    ban = {"operation": "Ban", "user_id": "john"}
    expect = [{**ban, "code": 17, "times": 1}, {**ban, "outcome": "ok", "times": 1}]
    app.control("POST", "/requests/verify", {"in_order": True, "expect": expect})

# millpond exec --fixture quickstart -- python -m pytest test_reset_between_tests.py
"""Tests that share one app, and begin each with the fixture as it was loaded: users, settings, clock, faults, journal."""

import pytest
from stream_chat import StreamChat

from millpond import ORIGINAL, URL


@pytest.fixture(autouse=True)
def backend():
    ORIGINAL.control("POST", "/reset")
    return StreamChat(ORIGINAL.key, ORIGINAL.secret, base_url=URL)


@pytest.mark.parametrize("time", ["first", "second"])
def test_nothing_is_left_of_the_test_before(backend, time):
    names = {user["id"]: user.get("name") for user in backend.query_users({})["users"]}
    assert names["john"] == "John"
    assert "newcomer" not in names
    assert ORIGINAL.control("GET", "/clock")["mode"] == "system"

    backend.upsert_users([{"id": "john", "name": "Changed"}, {"id": "newcomer"}])
    ORIGINAL.control("POST", "/clock/advance", {"by": "1d"})

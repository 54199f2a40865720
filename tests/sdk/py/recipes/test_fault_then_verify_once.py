# millpond exec --fixture quickstart -- python -m pytest test_fault_then_verify_once.py
"""A call fails, and your code tries again. Did the change arrive, and only once? The journal knows."""

import requests
from stream_chat import StreamChat

from millpond import URL, clone


def save(backend, user):
    """Your code under test: one more attempt when the network fails."""
    try:
        return backend.upsert_user(user)
    except requests.ConnectionError:
        return backend.upsert_user(user)


def test_a_cut_connection_is_tried_again_once():
    app = clone()
    app.control("POST", "/faults", {"operation": "UpdateUsers", "then": {"cut": True}})

    save(StreamChat(app.key, app.secret, base_url=URL), {"id": "new", "name": "New"})

    expect = [
        {"operation": "UpdateUsers", "outcome": "failed", "times": 1},
        {"operation": "UpdateUsers", "outcome": "ok", "times": 1},
    ]
    app.control("POST", "/requests/verify", {"in_order": True, "expect": expect})

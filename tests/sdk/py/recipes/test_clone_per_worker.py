# millpond exec --fixture quickstart -- python -m pytest -n 16 test_clone_per_worker.py
"""Sixteen workers at once (pytest-xdist), each with a copy of the fixture's app: all take the same ids, none sees another."""

import pytest
from stream_chat import StreamChat

from millpond import URL, clone


@pytest.fixture(scope="session")  # a session of xdist is a worker
def backend():
    app = clone()
    return StreamChat(app.key, app.secret, base_url=URL)


@pytest.mark.parametrize("number", range(64))
def test_only_what_this_worker_did_is_there(backend, number, request):
    worker = request.config.workerinput["workerid"]
    backend.update_user_partial({"id": "john", "set": {worker: number}})

    (john,) = backend.query_users({"id": "john"})["users"]
    assert john[worker] == number
    assert [key for key in john if key.startswith("gw")] == [worker], "nobody else was here"
    assert john["color"] == "blue", "what the fixture says is there for each"

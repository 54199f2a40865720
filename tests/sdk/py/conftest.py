"""Fixtures of every test file. The harness (`cargo test`) starts the server and says in MILLPOND_URL where it is."""

import re

import pytest

from support import URL, App


def pytest_configure():
    if not URL:
        raise pytest.UsageError("MILLPOND_URL must hold the address of a running millpond, like http://127.0.0.1:7663")


@pytest.fixture(scope="module")
def app(request):
    """The app of this test file."""
    app = App.create(request.module.__name__)
    yield app
    app.delete()


@pytest.fixture
def own_app(request):
    """An app for one test, which may change settings that concern all its users, or its clock."""
    app = App.create(request.node.originalname[:60])
    yield app
    app.delete()


@pytest.fixture
def user_id(request):
    """An id that no other test of the file uses. The user does not exist yet."""
    return re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:200]


@pytest.fixture
def user(app, user_id):
    """The id of an ordinary user of the file's app."""
    app.server.create_user(id=user_id, name="John")
    return user_id


@pytest.fixture
def anyio_backend():
    return "asyncio"

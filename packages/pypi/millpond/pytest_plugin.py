"""Fixtures of pytest: `millpond`, one for each worker of the session, and `millpond_app`, a clone of its app per test."""

from collections.abc import Iterator

import pytest

from . import App, Millpond, start


def pytest_addoption(parser: pytest.Parser) -> None:
    """What is started, where no millpond is around the tests."""
    about = "the fixture of each test's app: a file, or the name of a shipped one; may be several"
    parser.addini("millpond_fixture", about, type="args", default=[])


@pytest.fixture(scope="session")
def millpond(request: pytest.FixtureRequest) -> Iterator[Millpond]:
    """The millpond of MILLPOND_URL, else one that is started for this session: with xdist each worker has its own."""
    with start(request.config.getini("millpond_fixture")) as running:
        yield running


@pytest.fixture
def millpond_app(request: pytest.FixtureRequest, millpond: Millpond) -> Iterator[App]:
    """An app for this test alone. When the test fails, its journal is in the report."""
    with millpond.clone_app(name=request.node.name[:60]) as app:
        request.node.stash[_APP] = app
        yield app
        del request.node.stash[_APP]


_APP = pytest.StashKey[App]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Adds the journal to the report while the app is still there."""
    report = yield
    app = item.stash.get(_APP, None)
    if app and report.when == "call" and report.failed:
        report.sections.append(("millpond's journal", app.journal()))
    return report

"""The pytest plugin, as a project would have it: each project here is a folder with tests that pytest runs."""

import os
import sys

import pytest

SIGNS_IN = """
from getstream import Stream

def test_a_feed_is_posted_to_and_read(millpond_app):
    backend = Stream(millpond_app.api_key, millpond_app.api_secret, base_url=millpond_app.url)
    feed = backend.feeds.feed("user", "john")
    with millpond_app.expect_requests(
        {"operation": "GetOrCreateFeed", "times": 2}, {"operation": "AddActivity", "caller": "server"}, in_order=True
    ):
        feed.get_or_create(user_id="john")
        backend.feeds.add_activity("post", ["user:john"], text="Hello", user_id="john")
        activities = feed.get_or_create(user_id="john").data.activities
    assert [activity.text for activity in activities] == ["Hello"]

def test_no_other_test_has_been_here(millpond_app, millpond):
    millpond_app.requests.verify({"operation": "AddActivity", "times": 0})
    assert millpond_app.api_key != millpond.app.api_key
"""


@pytest.fixture
def project(pytester, installed, monkeypatch):
    """A folder whose pytest finds the package."""
    for name in set(os.environ) - set(installed):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", installed["PYTHONPATH"])
    pytester.makeini("[pytest]\nmillpond_fixture = quickstart\naddopts = -p no:cacheprovider -p no:pytester\n")
    return pytester


def test_each_test_has_an_app(project):
    project.makepyfile(SIGNS_IN)
    project.runpytest_subprocess().assert_outcomes(passed=2)


def test_a_millpond_around_the_tests_has_the_fixture_of_the_settings(project):
    project.makepyfile("""
        import os

        def test_john_is_there(millpond_app, millpond):
            assert millpond.url == os.environ["MILLPOND_URL"] and "john" in millpond_app.tokens
    """)
    around = [sys.executable, "-m", "millpond", "exec", "--"]
    assert "1 passed" in project.run(*around, sys.executable, "-m", "pytest").stdout.str()


def test_workers_do_not_meet(project):
    several = "\n".join(f"def test_{n}(millpond, record): record(millpond)" for n in range(4))
    project.makeconftest(
        """
        import os, pytest
        @pytest.fixture
        def record():
            return lambda millpond: open(os.environ["PYTEST_XDIST_WORKER"] + ".url", "w").write(millpond.url)
        """
    )
    project.makepyfile(several)
    project.runpytest_subprocess("-n", "2", "--dist", "load").assert_outcomes(passed=4)
    urls = [file.read_text() for file in project.path.glob("*.url")]
    assert len(urls) == len(set(urls)) == 2


def test_a_failure_shows_the_journal(project):
    project.makepyfile(
        """
        def test_fails(millpond_app):
            millpond_app.token_provider("john")()
            with millpond_app.expect_requests({"operation": "GetApp"}, timeout="10ms"):
                pass
        """
    )
    result = project.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*GetApp was never called*", "*millpond's journal*", "*TokenProvider*john ok 200*"])


def test_what_was_before_does_not_count(project):
    project.makepyfile(
        """
        import pytest

        def test_counts(millpond_app):
            ask = millpond_app.token_provider("john")
            ask()
            with pytest.raises(AssertionError, match="never called"):
                with millpond_app.expect_requests({"operation": "TokenProvider"}):
                    pass
            with millpond_app.expect_requests({"operation": "TokenProvider", "times": 1}):
                ask()
        """
    )
    project.runpytest_subprocess().assert_outcomes(passed=1)

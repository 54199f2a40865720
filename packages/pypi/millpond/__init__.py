"""millpond for tests: `start()` joins the one of MILLPOND_URL, or starts one; each test has a clone of its app."""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from ._app import App, Duration, Expectation
from ._binary import find_binary
from ._control import MillpondError, call, query

__all__ = ["App", "Duration", "Expectation", "Millpond", "MillpondError", "find_binary", "start"]


class Millpond:
    """A millpond that answers, and the app that it was started for. As a context manager it stops itself."""

    def __init__(self, url: str, app: App, stop: Callable[[], None], fixtures: Sequence[str]) -> None:
        self.url = url
        self.app = app
        self._stop = stop
        #: What each clone is loaded with: a millpond that was joined was started without it.
        self._fixtures = fixtures

    @property
    def env(self) -> dict[str, str]:
        """The variables of its app."""
        return self.app.env

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Any route of the control API."""
        return call(self.url, method, path, body)

    def clone_app(self, *, ttl: Duration | None = "10m", name: str | None = None) -> App:
        """A copy of the app under a key of its own, with the fixture: no other test sees it."""
        made = self.app.control("POST", "/clone", {"ttl": ttl, "name": name})
        if self._fixtures:
            _load_into(self.url, made["api_key"], self._fixtures, name)
        return App(self.url, made["api_key"], made["api_secret"])

    def stop(self) -> None:
        """Ends it, if it was started here."""
        self._stop()

    def __enter__(self) -> "Millpond":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    fixture: str | Sequence[str] | None = None, *, url: str | None = None, api_key: str | None = None
) -> Millpond:
    """Joins the millpond of `url` (MILLPOND_URL where it is not given), else starts one that ends with this process.

    `fixture` is a file, or the name of a shipped one. A millpond is started with it; of one that is joined, each clone has it.
    """
    url = url or os.environ.get("MILLPOND_URL")
    fixtures = [fixture] if isinstance(fixture, str) else list(fixture or [])
    if url:
        return _join(url.rstrip("/"), api_key or os.environ.get("STREAM_API_KEY"), lambda: None, fixtures)
    url, stop = _start(fixtures)
    try:
        return _join(url, api_key, stop, [])
    except BaseException:
        stop()
        raise


def _join(url: str, api_key: str | None, stop: Callable[[], None], fixtures: Sequence[str]) -> Millpond:
    """Nothing is done to what is not millpond, and nothing for an app that it does not have."""
    nonce = secrets.token_hex(16)
    try:
        info = call(url, "GET", f"/info{query({'nonce': nonce})}")
    except (OSError, ValueError, MillpondError) as error:
        raise MillpondError(f"{url} does not answer as a millpond does: {error}") from error
    if not isinstance(info, dict) or info.get("name") != "millpond" or info.get("nonce") != nonce:
        raise MillpondError(f"{url} does not answer as a millpond does: the handshake of /_millpond/info was not echoed")
    apps = call(url, "GET", "/apps?secrets=true")["apps"]
    app = next((app for app in apps if api_key in (None, app["api_key"])), None)
    if app is None:
        known = ", ".join(app["api_key"] for app in apps) or "none"
        raise MillpondError(
            f"The millpond at {url} has no app with the key {api_key}; it has {known}.\n"
            "STREAM_API_KEY may be that of an app in production: tests touch apps of this millpond alone."
        )
    return Millpond(url, App(url, app["api_key"], app["api_secret"]), stop, fixtures)


def _load_into(url: str, api_key: str, fixtures: Sequence[str], name: str | None) -> None:
    """By the binary, which finds and reads fixtures as it does for a start, with what lies beside them."""
    try:
        for at, fixture in enumerate(fixtures):
            merge = ["--merge"] if at > 0 else []
            load = [find_binary(), "fixture", "load", fixture, *merge, "--url", url, "--app", api_key]
            subprocess.run(load, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        # A fixture names its app; a clone has the name that it was given.
        if name:
            call(url, "PUT", f"/apps/{api_key}/fixture?mode=merge", {"millpond": 1, "apps": [{"name": name}]})
    except (OSError, subprocess.CalledProcessError, MillpondError) as error:
        with suppress(OSError, MillpondError):  # it goes by itself, too, and the first error is the one to tell
            call(url, "DELETE", f"/apps/{api_key}")
        raise MillpondError(
            f"The millpond at {url} was joined, and the fixture {', '.join(fixtures)} cannot be loaded into a copy of its app:\n"
            f"{(getattr(error, 'stderr', None) or str(error)).strip()}\n"
            "Without a fixture, copies are of the app as it is; without MILLPOND_URL, a millpond is started with the fixture."
        ) from error


#: What `millpond exec` runs: it tells where millpond is, and ends when its input does, as it does with us.
_COMMAND = "import os, sys; print(os.environ['MILLPOND_URL'], flush=True); sys.stdin.read()"


def _start(fixtures: list[str]) -> tuple[str, Callable[[], None]]:
    options = [word for fixture in fixtures for word in ("--fixture", fixture)]
    log = tempfile.TemporaryFile("w+")
    child = subprocess.Popen(
        [find_binary(), "exec", *options, "--", sys.executable, "-c", _COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        # The keys of a terminal are for the tests: those still want their millpond while they end.
        start_new_session=True,
        text=True,
    )
    assert child.stdin and child.stdout
    url = child.stdout.readline().strip()

    def stop() -> None:
        child.stdin.close()
        child.wait()
        child.stdout.close()
        log.close()

    if not url:
        code = child.wait()
        log.seek(0)
        said = log.read().strip()
        stop()
        raise MillpondError(f"millpond did not start ({code}):\n{said}")
    return url, stop

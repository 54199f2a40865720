"""An app: its pair, its tokens, and what the control API does with it, in the control API's own words."""

import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from ._control import MillpondError, call, query, refusal, send

#: A time: seconds, or a number with a unit, such as `90s`, `10m`, `1h` or `-2d`.
Duration = str | int

#: What is expected of the journal: filters, and `times`, at least once where it is not said.
Expectation = Mapping[str, Any]

#: How long is waited for what a test expects.
_TIMEOUT = "10s"


class App:
    """An app of a millpond. Made by `Millpond`; as a context manager it deletes itself."""

    def __init__(self, url: str, api_key: str, api_secret: str) -> None:
        self.url = url
        self.api_key = api_key
        self.api_secret = api_secret
        #: The fixture's named tokens.
        self.tokens: dict[str, str] = self.control("GET", "/tokens")["tokens"]
        #: What `millpond env` prints for it.
        self.env: dict[str, str] = {
            "MILLPOND_URL": url,
            "STREAM_BASE_URL": url,
            "STREAM_API_KEY": api_key,
            "STREAM_API_SECRET": api_secret,
            "STREAM_KEY": api_key,
            "STREAM_SECRET": api_secret,
            "STREAM_CHAT_URL": url,
            "STREAM_LOCAL_TEST_HOST": urllib.parse.urlsplit(url).netloc,
        }
        for name, token in self.tokens.items():
            self.env[f"MILLPOND_TOKEN_{re.sub('[^A-Za-z0-9]', '_', name).upper()}"] = token
        self.clock = Clock(self)
        self.faults = Faults(self)
        self.stubs = Stubs(self)
        self.requests = Requests(self)
        self.connections = Connections(self)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Any route of the control API below `/apps/{api_key}`."""
        return call(self.url, method, f"/apps/{self.api_key}{path}", body)

    def token(self, user_id: str | None = None, **wanted: Any) -> str:
        """A token that is minted: for a user, or as `POST tokens` says."""
        asked = wanted if user_id is None else {"user_id": user_id, **wanted}
        return self.control("POST", "/tokens", asked)["token"]

    def token_provider(self, user_id: str) -> Callable[[], str]:
        """A function that asks millpond's token provider."""
        return lambda: self.control("POST", "/token-provider", {"user_id": user_id})["token"]

    @contextmanager
    def expect_requests(
        self, *expected: Expectation, in_order: bool = False, timeout: Duration | None = None
    ) -> Iterator[None]:
        """What is called inside has to be what is expected: nothing from before counts. With `timeout` it waits."""
        newest = self.requests.list(limit=1)
        after = newest[0]["id"] if newest else 0
        yield
        for one in expected if timeout else ():
            filters = {name: value for name, value in one.items() if name != "times"}
            if count := _least(one.get("times", {})):
                try:
                    self.requests.wait_for(**filters, count=count, timeout=timeout, after=after)
                except MillpondError as error:
                    if error.status != 408:  # else told below, in the words of what is expected
                        raise
        self.requests.verify(*expected, in_order=in_order, after=after)

    def snapshot(self, name: str) -> None:
        """Keeps the present state under a name."""
        self.control("POST", "/snapshots", {"name": name})

    def restore(self, name: str, *, close_code: int | None = None) -> None:
        """Back to a kept state."""
        self.control("POST", f"/snapshots/{urllib.parse.quote(name, '')}/restore", {"close_code": close_code})

    def reset(self, *, close_code: int | None = None) -> None:
        """Back to the fixture."""
        self.control("POST", "/reset", {"close_code": close_code})

    def journal(self) -> str:
        """The journal as lines of text, the oldest first."""
        return "\n".join(_told(entry) for entry in reversed(self.requests.list(limit=200)))

    def delete(self) -> None:
        """Deletes the app and all in it."""
        try:
            self.control("DELETE", "")
        except MillpondError as error:
            if error.status != 404:  # its ttl was over
                raise

    def __enter__(self) -> "App":
        return self

    def __exit__(self, *_: object) -> None:
        self.delete()


class _Part:
    def __init__(self, app: App) -> None:
        self._control = app.control
        self._place = (app.url, f"/apps/{app.api_key}")


class Clock(_Part):
    """The clock of an app."""

    def advance(self, by: Duration) -> dict[str, Any]:
        """Moves it on."""
        return self._control("POST", "/clock/advance", {"by": by})

    def freeze(self, at: datetime | str | bool = True) -> dict[str, Any]:
        """Has it stand at a moment, else where it is."""
        if isinstance(at, datetime):
            at = (at if at.tzinfo else at.astimezone()).isoformat()
        return self._control("PUT", "/clock", {"frozen": at})

    def system(self) -> dict[str, Any]:
        """Back to the system's."""
        return self._control("PUT", "/clock", {"system": True})

    def now(self) -> datetime:
        """What it shows, to the microsecond."""
        shown = self._control("GET", "/clock")["now"]
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", shown).replace("Z", "+00:00"))


class Faults(_Part):
    """What makes calls fail, wait or be cut."""

    def add(self, operation: str, then: Mapping[str, Any], **fault: Any) -> dict[str, Any]:
        """One more, as `POST faults` has it."""
        return self._control("POST", "/faults", {"operation": operation, "then": then, **fault})

    def list(self) -> list[dict[str, Any]]:
        """All, each with its hits."""
        return self._control("GET", "/faults")["faults"]

    def delete(self, id: str) -> None:
        """Takes one away."""
        self._control("DELETE", f"/faults/{id}")

    def clear(self) -> None:
        """Takes all away."""
        self._control("DELETE", "/faults")


class Stubs(_Part):
    """Fixed answers."""

    def put(self, **stub: Any) -> dict[str, Any]:
        """For an `operation`, or a `method` and a `path`: `status` and `body`."""
        return self._control("PUT", "/stubs", stub)

    def list(self) -> list[dict[str, Any]]:
        """All."""
        return self._control("GET", "/stubs")["stubs"]

    def clear(self) -> None:
        """Takes all away."""
        self._control("DELETE", "/stubs")


class Connections(_Part):
    """Open sockets."""

    def list(self, *, user_id: str | None = None) -> list[dict[str, Any]]:
        """Who has one open."""
        return self._control("GET", f"/connections{query({'user_id': user_id})}")["connections"]

    def close(self, *, user_id: str | None = None, **how: Any) -> int:
        """Closes those of a user, or all: with a `code`, an `error` that is told before, or `expire`. Gives how many."""
        return self._control("POST", f"/connections/close{query({'user_id': user_id})}", how)["closed"]


class Requests(_Part):
    """The journal. Filters are `operation`, `user_id`, `caller`, `outcome`, `status`, `code` and `token`."""

    def list(self, **filters: Any) -> list[dict[str, Any]]:
        """The entries, the newest first."""
        return self._control("GET", f"/requests{query(filters)}")["requests"]

    def count(self, **filters: Any) -> int:
        """How many match."""
        return self._control("GET", f"/requests/count{query(filters)}")["count"]

    def clear(self) -> None:
        """Forgets all."""
        self._control("DELETE", "/requests")

    def wait_for(self, *, timeout: Duration = _TIMEOUT, **filters: Any) -> "list[dict[str, Any]]":
        """Waits until `count` (1) match; raises when the time is over, with what came instead."""
        url, path = self._place
        status, answer = send(url, "GET", f"{path}/requests/wait{query({'timeout': timeout, **filters})}")
        if status == 200:
            return answer["requests"]
        if status != 408:
            raise refusal(status, answer, "requests/wait")
        seen = "\n".join(f"  {_told(entry)}" for entry in answer["seen"]) or "nothing else"
        raise MillpondError(f"In time came not what was waited for:\n{filters}\nbut\n{seen}", status)

    def verify(self, *expected: Expectation, in_order: bool = False, after: int = 0) -> None:
        """Raises an account of it unless the journal has what is expected."""
        url, path = self._place
        body = {"expect": list(expected), "in_order": in_order, "after": after}
        status, answer = send(url, "POST", f"{path}/requests/verify", body)
        if status == 409:
            raise AssertionError("\n".join(answer["account"]))
        if status != 200:
            raise refusal(status, answer, "requests/verify")


def _least(times: int | Mapping[str, int]) -> int:
    if isinstance(times, int):
        return times
    return times.get("min", 0 if times else 1)


def _told(entry: Mapping[str, Any]) -> str:
    who = f"{entry['caller']} {entry['user_id']}" if entry.get("user_id") else entry["caller"]
    code = f"code {entry['code']}" if entry["code"] else ""
    parts = [entry["at"], entry["operation"], who, entry["outcome"], entry["status"], code, entry["message"]]
    return " ".join(str(part) for part in parts if part)

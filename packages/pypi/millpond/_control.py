"""One call of the control API, by the standard library, and past any proxy."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class MillpondError(Exception):
    """What the control API refuses, or what did not hold."""

    def __init__(self, message: str, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def send(url: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """A call below `/_millpond`: its status and the JSON that comes back."""
    data = None if body is None else json.dumps(body).encode()
    headers = {} if data is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/_millpond{path}", data, headers, method=method)
    try:
        with _OPENER.open(request) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"null")


def call(url: str, method: str, path: str, body: Any = None) -> Any:
    """The same; all but success is raised."""
    status, answer = send(url, method, path, body)
    if status < 300:
        return answer
    raise refusal(status, answer, f"{method} {path}")


def refusal(status: int, answer: Any, what: str) -> MillpondError:
    """An answer that is none, as an error."""
    error = answer.get("error", {}) if isinstance(answer, dict) else {}
    said = "\n".join(filter(None, [error.get("message"), error.get("hint")]))
    return MillpondError(said or f"{what} was answered with {status}", status, error.get("code"))


def query(fields: dict[str, Any]) -> str:
    """`?name=value&…`, without what is None."""
    given = {name: value for name, value in fields.items() if value is not None}
    return f"?{urllib.parse.urlencode(given)}" if given else ""

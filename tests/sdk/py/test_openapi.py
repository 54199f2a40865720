"""The control API is as `GET /_millpond/openapi.json` describes it: schemathesis reads the description and calls every
operation, with what the description allows and with what it does not. The server is this test's own, since the calls
reset it, delete its apps and move its clocks.
"""

import json
import os
import socket
import subprocess
from collections import Counter
from contextlib import closing
from urllib.parse import urlencode, urlsplit

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import negative_data_rejection, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

SEED = 1
#: Cases of an operation, for each of the three ways to make them up.
EXAMPLES = 10
#: The app that paths name, and what there is in it under names that paths can have.
KEY, SECRET, USER, NAME = "described", "described-secret", "john", "known"

#: They answer for as long as somebody reads, or end the server.
APART = {
    # Its body is no JSON, and its address the hash of that: tests/cli/fixture_files.rs.
    "putFile","followApp", "followAll", "followStatus", "stop"}
#: Parameters that the calls have to have: without them an answer takes seconds, or is no success.
QUERY = {
    "waitForRequests": {"timeout": "0"},
    "waitForAllRequests": {"timeout": "0"},
    "provideToken": {"user_id": USER},
}
#: A success of another status than 2xx: nothing waits in vain for what is not there.
IN_VAIN = {"waitForRequests": 408, "waitForAllRequests": 408}

TRUE_TO_THE_DESCRIPTION = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def millpond():
    command = [os.environ["MILLPOND_BIN"], "serve", "--memory", "--port", "0", "--json", "--seed", str(SEED)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield Millpond(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()


class Millpond:
    """The server, with an app in which every path leads somewhere."""

    def __init__(self, url):
        self.url, self.session, self.socket = url, requests.Session(), None
        self.session.trust_env = False
        self.is_changed, self.ids = True, {}

    def ask(self, method, path, body=None):
        answer = self.session.request(method, f"{self.url}/_millpond{path}", json=body)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def prepare(self):
        """Has everything there again that an earlier call may have taken away."""
        if not self.is_changed:
            return
        app = f"/apps/{KEY}"
        self.ask("POST", "/reset")
        self.ask("POST", "/apps", {"api_key": KEY, "api_secret": SECRET})
        self.ask("POST", f"{app}/faults", {"id": NAME, "operation": "GetApp", "then": {"cut": True}})
        self.ask("PUT", f"{app}/stubs", {"operation": "GetApp"})
        token = self.ask("GET", f"{app}/token-provider?user_id={USER}")["token"]
        self.ask("POST", f"{app}/snapshots", {"name": NAME})
        self.connect(token)
        (connection,) = self.ask("GET", f"{app}/connections")["connections"]
        (entry, *_) = self.ask("GET", f"{app}/requests")["requests"]
        self.ids = {"connections": connection["id"], "requests": str(entry["id"]), "faults": NAME}
        self.is_changed = False

    def connect(self, token):
        """A socket that stays open, of which nothing is read but that it is open."""
        if self.socket:
            self.socket.close()
        address = urlsplit(self.url)
        self.socket = socket.create_connection((address.hostname, address.port))
        details = json.dumps({"user_id": USER, "user_details": {"id": USER}})
        query = urlencode({"api_key": KEY, "stream-auth-type": "jwt", "authorization": token, "json": details})
        head = [
            f"GET /connect?{query} HTTP/1.1",
            f"Host: {address.netloc}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        self.socket.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        seen = b""
        while b"connection_id" not in seen:
            more = self.socket.recv(4096)
            assert more, seen
            seen += more

    def known(self, operation):
        """Values for the parameters of a path, so that it leads to what is there."""
        kind = operation.path.split("/")[4] if operation.path.count("/") > 3 else None
        values = {"api_key": KEY, "name": NAME, "id": self.ids.get(kind)}
        return {parameter.name: values[parameter.name] for parameter in operation.path_parameters}

    def call(self, case, *checks, is_prepared=False):
        if not is_prepared:
            self.prepare()
        body = case.body if isinstance(case.body, dict) else {}
        if body.get("operation") == "TokenProvider":
            # Or the calls to it that come later would be those that fail.
            case.body = {**body, "user_id": "nobody-who-asks"}
        self.is_changed |= case.method != "GET"
        answer = case.call(session=self.session)
        case.validate_response(answer, checks=[*TRUE_TO_THE_DESCRIPTION, *checks])
        return answer


def made_up(millpond, operation, counts):
    """Calls an operation with what is made up: what is allowed, what is not, and paths that lead anywhere."""
    query, known = QUERY.get(name_of(operation)), millpond.known(operation)

    def lead_somewhere(case):
        # What was there when the strategy was made can have another id by now.
        millpond.prepare()
        case.path_parameters = millpond.known(operation)

    def call_known(case):
        lead_somewhere(case)
        call(case)

    def call(case):
        counts[millpond.call(case).status_code // 100] += 1

    def call_wrongly(case):
        lead_somewhere(case)
        # A parameter that is empty, or an object that is written as nothing at all, is one that is not there.
        is_empty = any(value in ("", None, [], {}) for value in (case.query or {}).values())
        millpond.call(case, *[] if is_empty else [negative_data_rejection])

    for_each(operation.as_strategy(path_parameters=known, query=query), call_known)
    for_each(operation.as_strategy(query=query), call)
    if operation.body or operation.query:
        wrong = operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=known, query=query)
        for_each(wrong, call_wrongly)


def for_each(strategy, call):
    """Calls with each of the cases that a strategy makes up, the same ones every time."""

    @hypothesis.seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def run(case):
        call(case)

    run()


def by_example(millpond, operation):
    """Calls an operation with each body that its description shows, and with each end of a range that its query has;
    all have to be understood.
    """
    raw, query = operation.definition.raw, QUERY.get(name_of(operation), {})
    shown = raw.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
    bodies = [{"body": one["value"], "media_type": "application/json"} for one in shown.values()] or [{}]
    ranges = [one for one in raw.get("parameters", []) if "maximum" in one["schema"]]
    ends = [{one["name"]: one["schema"][end]} for one in ranges for end in ("minimum", "maximum")]
    for more in [{"query": query, **body} for body in bodies] + [{"query": {**query, **end}} for end in ends]:
        millpond.prepare()
        cases = [operation.Case(path_parameters=millpond.known(operation), **more) for _ in range(2)]
        answer = millpond.call(cases[0])
        assert answer.status_code in (200, 201, IN_VAIN.get(name_of(operation))), f"{more}: {answer.text}"
        # The second time it can be there already, or be gone.
        millpond.call(cases[1], is_prepared=True)


def name_of(operation):
    return operation.definition.raw["operationId"]


def test_every_operation_is_as_it_is_described(millpond):
    schema = schemathesis.openapi.from_url(f"{millpond.url}/_millpond/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    operations = [one for one in operations if name_of(one) not in APART]
    assert len(operations) > 45
    failures, reached = [], 0
    for operation in operations:
        counts = Counter()
        try:
            by_example(millpond, operation)
            made_up(millpond, operation, counts)
        except BaseExceptionGroup as group:
            failures.extend(f"{operation.label}: {failure!r}\n{failure}" for failure in group.exceptions)
        except AssertionError as failure:
            failures.append(f"{operation.label}: {failure}")
        reached += counts[2] > 0
    with closing(millpond.socket):
        assert not failures, "\n\n".join(failures)
    # What is made up gets somewhere as well: not all of it is refused for its path or its body.
    assert reached > 0.8 * len(operations), reached

"""`millpond.start()` and each part of an app, in a process that has the package."""

import subprocess
import sys

from conftest import run

PARTS = """
import json, os, subprocess, threading, urllib.request
from datetime import datetime, timedelta, timezone
import millpond

def get_app(app, token):
    headers = {"Authorization": token, "stream-auth-type": "jwt"}
    request = urllib.request.Request(f"{app.url}/api/v2/app?api_key={app.api_key}", headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)

def raises(kind, call, *words):
    try:
        call()
    except kind as error:
        assert all(word in str(error) for word in words), error
        return error
    raise SystemExit(f"{words} was not raised")

with millpond.start("quickstart") as pond:
    with pond.clone_app(ttl="1m", name="copy") as app:
        printed = [millpond.find_binary(), "env", "--json", "--url", pond.url, "--app", app.api_key]
        assert json.loads(subprocess.check_output(printed)) == app.env
        assert pond.env["STREAM_API_KEY"] == pond.app.api_key != app.api_key

        assert get_app(app, app.token("john", ttl="1h"))[0] == 200
        assert get_app(app, app.token_provider("jane")())[0] == 200
        assert get_app(app, app.token(kind="server"))[0] == 200
        assert get_app(app, app.token("john", iat="-2h", exp="-1h"))[1]["code"] == 40

        noon = datetime(2040, 1, 1, 12, tzinfo=timezone.utc)
        assert app.clock.freeze(noon)["mode"] == "frozen" and app.clock.now() == noon
        app.clock.advance("1h")
        assert app.clock.now() == noon + timedelta(hours=1)
        assert app.clock.system()["mode"] == "system"

        fault = app.faults.add("GetApp", {"rate_limit": "30s"}, user_id="john")
        john = app.token("john")
        assert [get_app(app, john)[0], get_app(app, john)[0]] == [429, 200]
        assert app.faults.list()[0]["hits"] == 1
        app.faults.delete(fault["id"])
        app.faults.clear()
        assert app.faults.list() == []
        app.stubs.put(operation="GetApp", body={"as": "it is"})
        assert get_app(app, john)[1] == {"as": "it is"} and len(app.stubs.list()) == 1
        app.stubs.clear()
        assert "app" in get_app(app, john)[1]

        app.requests.clear()
        threading.Timer(0.05, lambda: get_app(app, john)).start()
        (entry,) = app.requests.wait_for(operation="GetApp", user_id="john")
        assert entry["status"] == 200 and app.requests.count(user_id="john") == 1
        app.requests.verify({"operation": "GetApp", "times": 1})
        raises(AssertionError, lambda: app.requests.verify({"operation": "GetApp", "times": 3}), "expected exactly 3")
        raises(millpond.MillpondError, lambda: app.requests.wait_for(operation="Connect", timeout="1ms"), "Connect", "GetApp")
        assert raises(millpond.MillpondError, lambda: app.requests.list(nonsense=1), "nonsense").status == 400
        assert "GetApp user john ok 200" in app.journal()

        app.snapshot("before")
        app.restore("before")
        app.reset()
        raises(millpond.MillpondError, lambda: app.restore("never"), "never")
        assert app.connections.list(user_id="john") == [] and app.connections.close(code=4001) == 0
    assert get_app(app, john)[0] == 401
    app.delete()

    with millpond.start(url=pond.url) as joined:
        assert joined.app.api_key == pond.app.api_key
    assert pond.control("GET", "/health")["ready"]

    other = millpond.start("multi-tenant", url=pond.url)
    with other.clone_app(name="a test") as app, millpond.start("multi-tenant") as started:
        assert list(app.tokens) == list(started.app.tokens) and list(other.app.tokens) == list(pond.app.tokens)
        assert get_app(app, app.tokens["omar"])[1]["app"]["name"] == "a test"
        app.reset()
        assert get_app(app, app.tokens["rita"])[0] == 200
    with open("more.yaml", "w") as more:
        more.write("millpond: 1\\napps: [{users: {paul: {name: Paul}}, tokens: {paul: {user: paul}}}]\\n")
    with millpond.start(["quickstart", "more.yaml"], url=pond.url).clone_app() as app:
        assert {"john", "paul"} < set(app.tokens)
    with open("two.yaml", "w") as two:
        two.write("millpond: 1\\napps: [{name: one}, {name: two, api_key: two, api_secret: two}]\\n")
    apps = pond.control("GET", "/apps")["apps"]
    for fixture, why in [("quickstrat", "quickstart"), ("two.yaml", "one app, not 2")]:
        clone = millpond.start(fixture, url=pond.url).clone_app
        raises(millpond.MillpondError, clone, fixture, pond.url, "was joined", why, "without MILLPOND_URL")
    assert len(pond.control("GET", "/apps")["apps"]) == len(apps)

    raises(millpond.MillpondError, lambda: millpond.start(url=pond.url, api_key="production"), "no app with the key production")
    os.environ.update(MILLPOND_URL=pond.url, STREAM_API_KEY="production")
    raises(millpond.MillpondError, millpond.start, "STREAM_API_KEY may be that of an app in production")
    del os.environ["MILLPOND_URL"], os.environ["STREAM_API_KEY"]
raises(millpond.MillpondError, lambda: millpond.start(url=pond.url), "does not answer as a millpond does")
raises(millpond.MillpondError, lambda: millpond.start("quickstrat"), "quickstart")
print("all")
"""

NONE = """
import http.server, json, threading, millpond
asked = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path.split("?")[0])
        body = json.dumps({"name": "millpond", "nonce": "always the same", "apps": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
try:
    millpond.start(url=f"http://127.0.0.1:{server.server_port}")
except millpond.MillpondError as error:
    print(error, asked)
"""


def test_an_app_does_what_the_control_api_does(installed, tmp_path):
    done = run(sys.executable, "-c", PARTS, env=installed, cwd=tmp_path)
    assert done.stdout == "all\n", done.stderr


def test_what_is_no_millpond_is_refused(installed):
    said = run(sys.executable, "-c", NONE, env=installed).stdout
    assert "was not echoed" in said and said.endswith("['/_millpond/info']\n")


def test_it_ends_with_the_process_that_started_it(installed):
    script = "import time, millpond; print(millpond.start().url, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=installed, text=True) as child:
        url = child.stdout.readline().strip()
        child.kill()
    gone = "import sys, urllib.request\nwhile True: urllib.request.urlopen(sys.argv[1] + '/_millpond/health').read()"
    assert "URLError" in run(sys.executable, "-c", gone, url, env=installed).stderr

"""All that the recipes share; copy it along with the one you need. httpx comes with Stream's SDK."""

import os

import httpx

URL = os.environ.get("MILLPOND_URL")
if not URL:
    raise SystemExit("Run it as its first line says: `millpond exec` sets MILLPOND_URL and the others")


class App:
    """An app: its key, its secret, and what the control API does with it."""

    def __init__(self, key, secret):
        self.key, self.secret = key, secret

    def control(self, method, path, body=None):
        """A route of the control API. What does not hold, or does not come in time, is raised."""
        answer = httpx.request(method, f"{URL}/_millpond/apps/{self.key}{path}", json=body, timeout=60)
        assert answer.is_success, answer.text
        return answer.json()

    def fetch_token(self, user_id):
        """What your front end does to get a token from your backend."""
        return self.control("GET", f"/token-provider?user_id={user_id}")["token"]


#: The fixture's own app.
ORIGINAL = App(os.environ["STREAM_API_KEY"], os.environ["STREAM_API_SECRET"])


def clone():
    """A copy of the fixture's app under a key of its own: no other test sees it, and it is gone by itself."""
    made = ORIGINAL.control("POST", "/clone", {"ttl": "10m"})
    return App(made["api_key"], made["api_secret"])

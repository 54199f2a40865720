"""HTTPS by what `exec --tls` sets: the SDKs' two HTTP libraries, and that their other HTTPS goes on."""

import os
import subprocess
import sys

SCRIPT = """
import os, ssl, sys
from getstream import Stream
from stream_chat import StreamChat

url, key, secret = (os.environ[name] for name in ("STREAM_BASE_URL", "STREAM_API_KEY", "STREAM_API_SECRET"))
payload = {"filter_conditions": {"id": "john"}}
(user,) = Stream(api_key=key, api_secret=secret, base_url=url).query_users(payload=payload).data.users
(other,) = StreamChat(key, secret, base_url=url).query_users({"id": "john"})["users"]
roots = len(ssl.create_default_context().get_ca_certs())
print(url.split(":")[0], user.name, other["name"], roots)
"""


def test_both_sdks_call_by_https_and_the_systems_roots_stay_trusted(tmp_path):
    roots = len(__import__("ssl").create_default_context().get_ca_certs())
    command = [os.environ["MILLPOND_BIN"], "exec", "--tls", "--fixture", "quickstart", "--", sys.executable, "-c", SCRIPT]
    inherited = {name: value for name, value in os.environ.items() if name not in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")}
    done = subprocess.run(command, cwd=tmp_path, env=inherited, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"https John John {roots + 1}\n"

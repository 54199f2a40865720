"""The action's script, as a runner would run it, against a release on loopback; then the SDK with what it left for later steps."""

import os
import platform
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import BARE, DIST
from getstream import Stream

ROOT = Path(__file__).parents[3]
VERSION = next(line.split('"')[1] for line in (ROOT / "Cargo.toml").read_text().splitlines() if line.startswith("version = "))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Job:
    """The files and variables of a job, whose release can be spoilt."""

    def __init__(self, place, url):
        self.place, self.url = place, url
        self.workspace, self.release = place / "workspace", place / "site/owner/millpond/releases/download" / f"v{VERSION}"
        for folder in [self.workspace, self.release, place / "temp"]:
            folder.mkdir(parents=True)
        for file in DIST.iterdir():
            (self.release / file.name).symlink_to(file)

    def start(self, **inputs):
        machine = {"x86_64": "X64", "aarch64": "ARM64"}[platform.machine()]
        runner = {"RUNNER_OS": "Linux", "RUNNER_ARCH": machine, "RUNNER_TEMP": self.place / "temp", "GITHUB_SERVER_URL": self.url}
        files = {f"GITHUB_{name}": self.place / name for name in ["ENV", "PATH", "OUTPUT"]}
        places = {"GITHUB_WORKSPACE": self.workspace, "GITHUB_ACTION_PATH": ROOT / "packages/action"}
        given = {"MILLPOND_REPOSITORY": "owner/millpond", "MILLPOND_VERSION": "", "MILLPOND_FIXTURE": "quickstart", "MILLPOND_ARGS": ""}
        # What a project has of its own, and no millpond of its tests is to be started with.
        real = {"STREAM_API_KEY": "real", "STREAM_API_SECRET": "a-secret-that-is-worth-something"}
        (self.workspace / ".env").write_text("STREAM_API_KEY=real\nSTREAM_API_SECRET=a-secret-that-is-worth-something\n")
        variables = {**BARE, "no_proxy": "127.0.0.1", **real, **runner, **files, **places, **given, **inputs}
        variables = {name: str(value) for name, value in variables.items()}
        script = ["bash", ROOT / "packages/action/start.sh"]
        return subprocess.run(script, env=variables, cwd=self.workspace, capture_output=True, text=True, timeout=120)

    @property
    def variables(self):
        """What later steps have."""
        lines = (self.place / "ENV").read_text().splitlines() if (self.place / "ENV").exists() else []
        return dict(line.split("=", 1) for line in lines)

    def later(self, *command):
        path = f"{(self.place / 'PATH').read_text().strip()}:{os.environ['PATH']}"
        return subprocess.run(command, env={**BARE, **self.variables, "PATH": path}, capture_output=True, text=True, timeout=60)


@pytest.fixture
def job(tmp_path):
    (tmp_path / "site").mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "site")) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        job = Job(tmp_path, f"http://127.0.0.1:{server.server_port}")
        yield job
        if "MILLPOND_URL" in job.variables:
            assert job.later("millpond", "stop").returncode == 0
        server.shutdown()


def test_later_steps_sign_in_with_what_they_are_left(job):
    done = job.start(MILLPOND_ARGS="--allow-origin\n  http://localhost:5173")
    assert done.returncode == 0, done.stdout + done.stderr
    left = job.variables
    assert (job.place / "OUTPUT").read_text() == f"url={left['MILLPOND_URL']}\n"
    assert left["STREAM_API_KEY"] == "millpond" and "worth-something" not in done.stdout
    backend = Stream(api_key=left["STREAM_API_KEY"], api_secret=left["STREAM_API_SECRET"], base_url=left["STREAM_BASE_URL"])
    john = backend.clone_for_token(left["MILLPOND_TOKEN_JOHN"])
    assert john.get_app().data.app.name == "quickstart"
    assert job.later("millpond", "clock", "advance", "2h").returncode == 0


def test_a_file_of_the_workspace_is_its_fixture(job):
    (job.workspace / "shop.yaml").write_text("millpond: 1\napps:\n  - name: shop\n")
    done = job.start(MILLPOND_FIXTURE="shop.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "shop" in job.later("millpond", "apps").stdout


@pytest.mark.parametrize(
    "inputs, word",
    [
        ({"MILLPOND_VERSION": "0.1.0$(touch touched)"}, "is to be like"),
        ({"MILLPOND_VERSION": "9.9.9"}, "cannot be had"),
        ({"RUNNER_ARCH": "X86"}, "no binary for Linux on X86"),
        ({"MILLPOND_FIXTURE": "$(touch touched)"}, "did not get ready"),
        ({"MILLPOND_ARGS": "--fixture `touch touched` ; touch touched"}, "did not get ready"),
    ],
)
def test_what_it_cannot_do_it_says_and_runs_nothing_of_what_it_is_given(job, inputs, word):
    done = job.start(**inputs)
    assert done.returncode == 1 and "::error::millpond: " in done.stdout and word in done.stdout, done.stdout + done.stderr
    assert not job.variables and not list(job.place.rglob("touched"))


def test_a_binary_that_is_another_is_not_run(job):
    (name,) = [file.name for file in job.release.iterdir() if "unknown-linux" in file.name]
    (job.release / name).unlink()
    (job.release / name).write_text("#!/bin/sh\ntouch touched\n")
    done = job.start()
    assert done.returncode == 1 and f"{name} is not what SHA256SUMS" in done.stdout, done.stdout + done.stderr
    assert not list(job.place.rglob("touched"))

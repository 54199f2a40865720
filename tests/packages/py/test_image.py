"""The image, with the command and the variables that docs/ci.md gives it: whose it is, its health, a sign-in, its names, its state.

Run by `cargo test --test packages` where there are buildah, podman and runc.
"""

import json
import os
import socket
import tarfile
import tempfile
from pathlib import Path

import httpx
import pytest
import yaml
from conftest import BARE, DIST, run
from getstream import Stream

if "MILLPOND_IMAGE" not in os.environ:
    pytest.skip("no image was made", allow_module_level=True)

PAGE = (Path(__file__).parents[3] / "docs/ci.md").read_text()
COMPOSE = yaml.safe_load(PAGE.split("```yaml compose\n")[1].split("```")[0])["services"]
#: What podman sets else may be more than this process has. A container whose test is killed ends by itself after so many seconds.
LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--timeout", "300"]
#: Where podman and runc have what they have when nobody says where.
OF_THE_MACHINE = [Path(path) for path in ("/dev/shm/libpod_lock", "/run/containers", "/run/libpod", "/run/runc", "/var/lib/containers/storage")]


@pytest.fixture(scope="module")
def archive():
    (file,) = DIST.glob("*-image-*.tar")
    return file


@pytest.fixture(scope="module")
def podman(archive):
    """podman with folders of its own, where the image is: this machine's are left alone."""
    with tempfile.TemporaryDirectory() as place:
        folders = {"root": "root", "runroot": "run", "tmpdir": "tmp", "volumepath": "volumes", "network-config-dir": "networks"}
        own = [word for option, name in folders.items() for word in (f"--{option}", f"{place}/{name}")]
        # Not by --runtime-flag, which what cleans up behind a container is not told.
        runtime, settings = Path(place, "runc"), Path(place, "containers.conf")
        runtime.write_text(f'#!/bin/sh\nexec runc --root {place}/containers "$@"\n')
        runtime.chmod(0o755)
        own += ["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--runtime", str(runtime)]
        # There is no option for locks, which else lie in /dev/shm. The file is read in the place of the machine's.
        settings.write_text('[engine]\nlock_type = "file"\n')

        def podman(*command, code=0):
            done = run("podman", *own, *command, env={**BARE, "CONTAINERS_CONF": str(settings)})
            assert code is None or done.returncode == code, done.stdout + done.stderr
            return done

        before = [path for path in OF_THE_MACHINE if path.exists()]
        podman("load", "--quiet", "--input", archive)
        yield podman
        podman("rm", "--all", "--force", "--time", "0")
        assert [path for path in OF_THE_MACHINE if path.exists()] == before


@pytest.fixture
def container(podman):
    """The service of the compose file, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = COMPOSE["millpond"]
    image = "localhost/" + service["image"].rpartition("/")[2]
    podman("run", "--detach", "--name", "millpond", "--network", "host", *LIMITS, "--env", f"MILLPOND_DEFAULT_PORT={port}", image, *service["command"])
    wait_until_healthy(podman)
    yield f"http://127.0.0.1:{port}"
    podman("rm", "--force", "--time", "0", "millpond")


def wait_until_healthy(podman):
    # Each look takes a while itself; one that starts has so many of them, and no one that has ended gets better.
    for _ in range(200):
        if podman("healthcheck", "run", "millpond", code=None).returncode == 0:
            return
        if podman("inspect", "--format", "{{.State.Status}}", "millpond").stdout.strip() != "running":
            break
    pytest.fail(podman("logs", "millpond").stdout + podman("logs", "millpond").stderr)


def backend(url):
    given = COMPOSE["app"]["environment"]
    return Stream(api_key=given["STREAM_API_KEY"], api_secret=given["STREAM_API_SECRET"], base_url=url)


def test_it_holds_a_binary_and_two_folders_and_nothing_else(archive):
    with tarfile.open(archive) as image:
        (manifest,) = json.load(image.extractfile("manifest.json"))
        config = json.load(image.extractfile(manifest["Config"]))["config"]
        entries = {}
        for layer in manifest["Layers"]:
            with tarfile.open(fileobj=image.extractfile(layer)) as files:
                entries |= {entry.name.strip("/"): (oct(entry.mode & 0o7777), entry.uid, entry.gid) for entry in files}
    assert entries == {
        "data": ("0o755", 65532, 65532),
        "licenses": ("0o755", 0, 0),
        "licenses/LICENSE-APACHE": ("0o644", 0, 0),
        "licenses/LICENSE-MIT": ("0o644", 0, 0),
        "millpond": ("0o755", 0, 0),
        "tmp": ("0o1777", 0, 0),
    }
    assert (config["User"], config["WorkingDir"]) == ("65532:65532", "/data")
    assert config["Entrypoint"][:4] == ["/millpond", "serve", "--host", "0.0.0.0"]
    assert config["Healthcheck"]["Test"] == ["CMD", "/millpond", "healthcheck"] == COMPOSE["millpond"]["healthcheck"]["test"]
    assert list(config["ExposedPorts"]) == ["7663/tcp"]


def test_a_user_signs_in_and_is_there_after_a_restart(podman, container):
    pid = podman("inspect", "--format", "{{.State.Pid}}", "millpond").stdout.strip()
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert status["Uid"].split() == ["65532"] * 4

    backend(container).create_user(id="of-the-image", name="Ann")
    token = podman("exec", "millpond", "/millpond", "token", "of-the-image").stdout.strip()
    assert backend(container).clone_for_token(token).get_app().data.app.name == "quickstart"

    podman("stop", "--time", "20", "millpond")
    assert podman("inspect", "--format", "{{.State.ExitCode}}", "millpond").stdout.strip() == "0"
    podman("start", "millpond")
    wait_until_healthy(podman)
    assert "of-the-image" in podman("exec", "millpond", "/millpond", "users").stdout


def test_it_answers_under_the_names_of_its_service_and_no_others(container):
    def status(host):
        return httpx.get(f"{container}/_millpond/health", headers={"host": host}).status_code

    names = ["millpond", "localhost", "host.docker.internal", "stream.shop.svc", "millpond.shop.svc.cluster.local"]
    assert [status(f"{name}:7663") for name in names] == [200] * len(names)
    assert [status(name) for name in ["evil.example", "millpond.evil.example", "svc.cluster.local", "10.1.2.3"]] == [403] * 4


def test_it_keeps_nothing_where_it_is_told_to_and_may_write_nowhere(podman):
    like = ["--rm", "--network", "host", *LIMITS, "--read-only", "--env", "MILLPOND_DEFAULT_PORT=0"]
    image = "localhost/" + COMPOSE["millpond"]["image"].rpartition("/")[2]
    itself = ["/millpond", "exec", "--fixture", "quickstart", "--", "/millpond", "healthcheck"]
    done = podman("run", *like, "--entrypoint", json.dumps(itself), image)
    assert "is ready" in done.stdout

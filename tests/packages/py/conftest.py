"""The wheel, installed as its users would: without an index, into a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

DIST = Path(os.environ["MILLPOND_DIST"])

#: Without the millpond of whoever runs this: the wheel's own binary is meant.
BARE = {name: value for name, value in os.environ.items() if not name.startswith(("MILLPOND_", "STREAM_", "PYTEST_"))}
BARE["MILLPOND_DEFAULT_PORT"] = "0"


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **{"env": BARE, **options})
    return done


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The environment that finds the package: it lies beside those of the suite of SDKs."""
    place = tmp_path_factory.mktemp("target")
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--disable-pip-version-check", "--quiet"]
    done = run(*pip, "--find-links", DIST, "--target", place, "millpond")
    assert done.returncode == 0, done.stderr
    return BARE | {"PYTHONPATH": str(place)}

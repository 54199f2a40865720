"""The wheel in an empty environment, and in a folder."""

import re
import signal
import subprocess
import sys
import zipfile

from conftest import BARE, DIST, run


def test_an_empty_environment_has_the_binary(tmp_path):
    assert run(sys.executable, "-m", "venv", "--without-pip", tmp_path).returncode == 0
    python = tmp_path / "bin/python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--disable-pip-version-check"]
    done = run(*pip, "--find-links", DIST, "millpond")
    assert done.returncode == 0, done.stderr

    version = run(tmp_path / "bin/millpond", "--version")
    assert re.fullmatch(r"millpond \d+\.\d+\.\d+\n", version.stdout)
    assert run(python, "-m", "millpond", "--version").stdout == version.stdout
    itself = [python, "-m", "millpond", "exec", "--fixture", "quickstart", "--", "sh", "-c", "exit 42"]
    assert run(*itself).returncode == 42
    started = run(python, "-c", "import millpond\nwith millpond.start('quickstart') as m: print('john' in m.app.tokens)")
    assert started.stdout == "True\n", started.stderr

    # No process stands between: the signal is the binary's.
    serve = [python, "-m", "millpond", "serve", "--memory", "--port", "0", "--json"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=BARE, text=True) as child:
        assert f'"pid":{child.pid}' in child.stdout.readline()
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0


def test_a_folder_has_the_binary(installed):
    assert run(sys.executable, "-m", "millpond", "--version", env=installed).stdout.startswith("millpond ")


def test_the_wheel_is_for_any_linux_and_any_python():
    (wheel,) = DIST.glob("*.whl")
    assert re.fullmatch(r"millpond-[\d.]+-py3-none-manylinux2014_(\w+)\.musllinux_1_1_\1\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert "millpond/py.typed" in names
        metadata = archive.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    assert "Requires-Dist" not in metadata

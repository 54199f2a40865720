"""What `millpond init` writes into a project of Python's: the first test passes as it stands."""

import sys

import pytest
from conftest import run


@pytest.mark.parametrize("requirements", ["pytest\n", "pytest\ngetstream\n"])
def test_the_first_test_passes(installed, tmp_path, requirements):
    (tmp_path / "requirements.txt").write_text(requirements)
    init = run(sys.executable, "-m", "millpond", "init", "--yes", cwd=tmp_path, env=installed)
    assert init.returncode == 0, init.stderr
    written = (tmp_path / "tests/test_millpond.py").read_text()
    assert ("from getstream import Stream" in written) == ("getstream" in requirements)

    def tested():
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_millpond.py"]
        return run(*command, cwd=tmp_path, env=installed)

    passed = tested()
    assert "1 passed" in passed.stdout, passed.stdout + passed.stderr
    fixture = tmp_path / "millpond.yaml"
    fixture.write_text(fixture.read_text().replace("Hello from John", "Something else"))
    failed = tested()
    assert failed.returncode == 1 and "Something else" in failed.stdout, failed.stdout

"""The examples of docs/testing.md and of the package's README are run as they stand there."""

import re
import sys
from pathlib import Path

from conftest import run

ROOT = Path(__file__).parents[3]


def examples(file, language="python"):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / file).read_text(), re.DOTALL)


def test_the_examples_do_what_they_say(installed, tmp_path):
    all_examples = examples("docs/testing.md") + examples("packages/pypi/README.md")
    assert len(all_examples) == 3
    (settings,) = examples("docs/testing.md", "ini")
    (tmp_path / "pytest.ini").write_text(settings)
    for number, example in enumerate(all_examples):
        if "def test_" in example:
            (tmp_path / f"test_{number}.py").write_text(example)
        else:
            done = run(sys.executable, "-c", example, env=installed)
            assert done.returncode == 0, done.stderr
    done = run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", tmp_path, env=installed)
    assert "2 passed" in done.stdout, done.stdout + done.stderr

"""What runs elsewhere is held to its form: the release, the action, the image's recipe, the documents and examples of docs/ci.md,
the workflow that `millpond init` writes.

Each tool is shown something broken as well: one that lets everything pass would hold nothing.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import BARE, DIST, run

ROOT = Path(__file__).parents[3]
TOOLS = Path(sys.executable).parent
RELEASE, ACTION = ".github/workflows/release.yml", "packages/action/action.yml"
CONTAINERFILE = "packages/image/Containerfile"


def hadolint(file):
    return run(TOOLS / "hadolint", "--no-color", file)


def zizmor(file):
    return run(TOOLS / "zizmor", "--offline", "--no-config", "--persona", "pedantic", file)


def schema(kind):
    return lambda file: run(TOOLS / "check-jsonschema", "--builtin-schema", f"vendor.{kind}", file)


def blocks(kind):
    found = re.findall(rf"```{kind}\n(.*?)```", (ROOT / "docs/ci.md").read_text(), re.DOTALL)
    assert found, kind
    return found


CHECKS = [
    # file, tool, what is broken in it, and the tool's word for that
    (CONTAINERFILE, hadolint, ("FROM scratch", "FROM debian"), "DL3006"),
    (CONTAINERFILE, hadolint, ("WORKDIR /data", "WORKDIR data"), "DL3000"),
    (RELEASE, schema("github-workflows"), ("runs-on:", "runs-at:"), "runs-at"),
    (RELEASE, zizmor, ("        with:\n          persist-credentials: false\n", ""), "artipacked"),
    (RELEASE, zizmor, ("@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0", "@v5"), "unpinned-uses"),
    (RELEASE, zizmor, ("permissions: {}", "permissions: write-all"), "excessive-permissions"),
    (ACTION, schema("github-actions"), ("using: composite", "using: node20"), "main"),
    (ACTION, schema("github-actions"), ("shell: bash", "shall: bash"), "shall"),
    (ACTION, zizmor, ('"$GITHUB_ACTION_PATH/start.sh"', '"start.sh" ${{ inputs.args }}'), "template-injection"),
]


@pytest.mark.parametrize("file, tool, change, word", CHECKS, ids=[check[3] for check in CHECKS])
def test_a_file_is_in_order_and_would_not_pass_broken(file, tool, change, word, tmp_path):
    done = tool(ROOT / file)
    assert done.returncode == 0, done.stdout + done.stderr
    text = (ROOT / file).read_text()
    assert change[0] in text
    broken = tmp_path / file
    broken.parent.mkdir(parents=True)
    broken.write_text(text.replace(*change))
    done = tool(broken)
    assert done.returncode != 0 and word in done.stdout + done.stderr, done.stdout + done.stderr


@pytest.mark.parametrize("word, kind", [("workflow", "github-workflows"), ("compose", "compose-spec"), ("gitlab", "gitlab-ci")])
def test_the_documents_of_the_page_are_of_their_kind(word, kind, tmp_path):
    file = tmp_path / ".gitlab-ci.yml"
    for block in blocks(f"yaml {word}"):
        file.write_text(block)
        done = schema(kind)(file)
        assert done.returncode == 0, block + done.stdout + done.stderr
    broken = block.replace("jobs:", "job:").replace("depends_on:", "depends:").replace("alias: millpond", "alias: [millpond]")
    file.write_text(broken)
    assert schema(kind)(file).returncode != 0, broken


PROJECTS = {
    "npm": {"package.json": '{"devDependencies": {"vitest": "4"}}'},
    "bun": {"package.json": '{"devDependencies": {"@playwright/test": "1"}}', "bun.lock": "", "playwright.config.ts": "a({testDir: 'e: #2'})"},
    "pip": {"requirements.txt": "pytest", "pyproject.toml": "[project]\ndependencies = ['getstream >= 2 ; python_version > \"3.9\"']"},
    "uv": {"pyproject.toml": "[dependency-groups]\ndev = ['pytest', 'getstream']", "uv.lock": ""},
}


def steps_of(workflow):
    return [step for job in yaml.safe_load(workflow)["jobs"].values() for step in job["steps"]]


@pytest.fixture
def written(tmp_path):
    """The workflow that `millpond init` writes into each of these projects."""
    workflows = {}
    for name, files in PROJECTS.items():
        folder = tmp_path / name
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text)
        init = run(os.environ["MILLPOND_BIN"], "init", "--yes", cwd=folder, env=BARE)
        assert init.returncode == 0, init.stderr
        workflows[name] = folder / ".github/workflows/millpond.yml"
    return workflows


def test_the_workflows_of_init_are_of_their_kind_and_say_what_is_run(written):
    for file in written.values():
        done = schema("github-workflows")(file)
        assert done.returncode == 0, file.read_text() + done.stdout + done.stderr
        assert yaml.safe_load(file.read_text())["permissions"] == {"contents": "read"}
    commands = {name: [step["run"] for step in steps_of(file.read_text()) if "run" in step] for name, file in written.items()}
    assert commands["bun"][-1] == "bunx playwright test 'e: #2/millpond.spec.mjs'"
    assert commands["pip"][1] == "pip install millpond 'getstream >= 2 ; python_version > \"3.9\"'"
    file = written["npm"]
    file.write_text(file.read_text().replace("runs-on:", "runs-at:"))
    assert schema("github-workflows")(file).returncode != 0


def test_an_action_has_one_version_wherever_it_is_named(written):
    texts = [file.read_text() for file in written.values()] + blocks("yaml workflow")
    # Those of the release are pinned to a commit, with the version behind it.
    release = re.sub(r"@[0-9a-f]{40} # (v\d+)[\d.]*", r"@\1", (ROOT / RELEASE).read_text())
    uses = {step["uses"] for text in [*texts, release] for step in steps_of(text) if "uses" in step}
    names = [use.split("@")[0] for use in uses]
    assert {"actions/checkout", "actions/setup-node", "actions/setup-python", "oven-sh/setup-bun"} <= set(names)
    assert len(names) == len(set(names)), uses


def test_the_page_names_the_tag_that_a_release_has():
    version = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    assert yaml.safe_load((ROOT / RELEASE).read_text())[True]["push"]["tags"] == ["v*.*.*"]
    assert set(re.findall(r"packages/action@(\S+)", (ROOT / "docs/ci.md").read_text())) == {f"v{version}"}


def test_the_action_is_given_what_it_takes():
    inputs = yaml.safe_load((ROOT / ACTION).read_text())["inputs"]
    steps = [step for block in blocks("yaml workflow") for step in steps_of(block)]
    given = [step["with"] for step in steps if "/packages/action@" in step.get("uses", "")]
    assert given and all(set(one) <= set(inputs) for one in given)
    page = (ROOT / "docs/ci.md").read_text()
    table = {name: default for name, default in re.findall(r"^\| `(\w+)` \| `?(.*?)`? \|", page, re.MULTILINE)}
    assert set(table) == set(inputs) and table["fixture"] == inputs["fixture"]["default"]


def test_the_pod_is_one_of_its_service_and_does_what_the_image_can():
    pod, service = yaml.safe_load_all(*blocks("yaml kubernetes"))
    assert service["spec"]["selector"] == pod["metadata"]["labels"]
    (container,) = pod["spec"]["containers"]
    text = (ROOT / CONTAINERFILE).read_text()
    assert f"CMD {json.dumps(container['readinessProbe']['exec']['command'])}" in text
    ports = {container["ports"][0]["containerPort"], service["spec"]["ports"][0]["port"]}
    assert ports == {int(port) for port in re.findall(r"^EXPOSE (\d+)$", text, re.MULTILINE)}


def test_examples_that_need_a_docker_are_python_at_least():
    for example in blocks("python testcontainers"):
        compile(example, "docs/ci.md", "exec")


VERSION = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]

#: As npm answers: no version twice, and E404 for what is not there. `broken` names a tarball that does not get through.
NPM = """#!/usr/bin/env bash
set -euo pipefail
if [[ "$1" == view ]]; then
    [[ "$3" == version && -e "$REGISTRY/${2/\\//+}" ]] || { echo "npm error code E404" >&2; exit 1; }
    echo "${2##*@}"
else
    [[ "$1" == publish && "$*" == *" --provenance --access public --ignore-scripts" && "$2" != "${BROKEN:-}" ]] || exit 1
    package=$(tar -xzOf "$2" package/package.json | node -p 'const { name, version } = JSON.parse(fs.readFileSync(0)); name + "@" + version')
    [[ ! -e "$REGISTRY/${package/\\//+}" ]] || { echo "npm error code E403" >&2; exit 1; }
    touch "$REGISTRY/${package/\\//+}"
    echo "published $package"
fi
"""

#: `gh release`, whose releases are folders.
GH = """#!/usr/bin/env bash
set -euo pipefail
release="$REGISTRY/$3"
if [[ "$2" == download ]]; then
    cat "$release/SHA256SUMS"
else
    mkdir "$release"
    cp dist/SHA256SUMS "$release"
    echo "released $3"
fi
"""


class Step:
    """A step of the release, as a runner would run it, where `npm` and `gh` are made up."""

    def __init__(self, place, job, name):
        (self.script,) = [step["run"] for step in yaml.safe_load((ROOT / RELEASE).read_text())["jobs"][job]["steps"] if step.get("name") == name]
        self.place = place
        for folder in ["bin", "registry", "dist"]:
            (place / folder).mkdir()
        for command, text in [("npm", NPM), ("gh", GH)]:
            (place / "bin" / command).write_text(text)
            (place / "bin" / command).chmod(0o755)
        for file in DIST.iterdir():
            (place / "dist" / file.name).symlink_to(file)

    def __call__(self, **variables):
        given = {"GITHUB_REF_NAME": f"v{VERSION}", "GITHUB_REPOSITORY": "owner/millpond", "REGISTRY": str(self.place / "registry")}
        path = {"PATH": f"{self.place / 'bin'}:{os.environ['PATH']}"}
        like = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self.script]
        return subprocess.run(like, env={**BARE, **given, **path, **variables}, cwd=self.place, capture_output=True, text=True, timeout=60)


def test_a_release_to_npm_goes_on_where_it_was_broken_off(tmp_path):
    publish = Step(tmp_path, "npm", "Publish")
    launcher = f"dist/millpond-{VERSION}.tgz"
    (binary,) = [file.name for file in DIST.glob("*.tgz") if file.name != f"millpond-{VERSION}.tgz"]
    none = publish(BROKEN=f"dist/{binary}")
    assert none.returncode != 0 and "published" not in none.stdout, "the launcher comes last"
    half = publish(BROKEN=launcher)
    assert half.returncode != 0 and re.fullmatch(rf"published @millpond/\S+@{VERSION}\n", half.stdout), half.stdout + half.stderr
    rest = publish()
    assert rest.returncode == 0 and rest.stdout.endswith(f" is there already\npublished millpond@{VERSION}\n"), rest.stdout + rest.stderr
    again = publish()
    assert again.returncode == 0 and "published" not in again.stdout, again.stdout + again.stderr


def test_a_release_that_is_there_is_this_one_or_an_error(tmp_path):
    release = Step(tmp_path, "github", "Release")
    first, second = release(), release()
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert first.stdout == f"released v{VERSION}\n" and second.stdout == ""
    (tmp_path / "registry" / f"v{VERSION}" / "SHA256SUMS").write_text("of other files\n")
    other = release()
    assert other.returncode == 1 and "::error::" in other.stdout and "with other files" in other.stdout, other.stdout + other.stderr

"""packages/build, of the binary that was packed for these tests: which folder it fills, and what it never touches."""

import json
import platform
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from conftest import BARE, DIST, run

BUILD = Path(__file__).parents[3] / "packages/build"
TARGET = f"{platform.machine()}-unknown-linux-gnu"
(BINARY,) = (file for file in DIST.iterdir() if file.name.endswith(TARGET))


def build(out, *words, **variables):
    packed = ["--debug", "--binary", f"{TARGET}={BINARY}", "--out", out, *words]
    return run(sys.executable, BUILD, *packed, env={**BARE, **variables})


def held(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


SUM = "0" * 64
STRANGERS = {
    "files alone": {"notes.txt": "mine"},
    "sums of something else": {"SHA256SUMS": f"{SUM}  precious\n", "precious": "mine"},
    "sums that name what is elsewhere": {"SHA256SUMS": f"{SUM}  millpond-0.0.1/../../precious\n"},
    "sums that name nothing": {"SHA256SUMS": ""},
    "a file that was laid beside ours": {"SHA256SUMS": f"{SUM}  millpond-0.0.1.tgz\n", "millpond-0.0.1.tgz": "", "notes.txt": "mine"},
}


@pytest.mark.parametrize("what", [[], ["image"]], ids=["packages", "image"])
@pytest.mark.parametrize("files", STRANGERS.values(), ids=STRANGERS)
def test_a_folder_that_is_somebodys_is_left_as_it_is(tmp_path, files, what):
    out = tmp_path / "precious"
    out.mkdir()
    for name, text in files.items():
        (out / name).write_text(text)
    before = held(out)
    done = build(out, *what)
    assert done.returncode == 1 and f"{out} has " in done.stderr and "give --out a folder that is empty" in done.stderr, done.stderr
    assert held(out) == before and list(tmp_path.iterdir()) == [out]


def test_a_file_is_no_folder(tmp_path):
    out = tmp_path / "precious"
    out.write_text("mine")
    done = build(out)
    assert done.returncode == 1 and str(out) in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert out.read_text() == "mine"


def test_what_an_earlier_run_made_goes_and_nothing_stays_beside_it(tmp_path):
    out = tmp_path / "new" / "dist"
    out.mkdir(parents=True)
    (out / "millpond-0.0.1.tgz").write_text("of old")
    (out / "SHA256SUMS").write_text(f"{SUM}  millpond-0.0.1.tgz\n")
    done = build(out)
    assert done.returncode == 0, done.stderr
    sums = (out / "SHA256SUMS").read_text().splitlines()
    assert {file.name for file in out.iterdir()} == {"SHA256SUMS", *(line.split("  ")[1] for line in sums)}
    assert not (out / "millpond-0.0.1.tgz").exists() and list(out.parent.iterdir()) == [out]


def test_what_fails_leaves_the_folder_as_it_was(tmp_path):
    out = tmp_path / "dist"
    out.mkdir()
    (out / "millpond-0.0.1.tgz").write_text("of old")
    (out / "SHA256SUMS").write_text(f"{SUM}  millpond-0.0.1.tgz\n")
    before = held(out)
    done = build(out, PATH="/nowhere")  # no cargo there to say what is inside
    assert done.returncode == 1 and "cargo" in done.stderr, done.stderr
    assert held(out) == before and list(tmp_path.iterdir()) == [out]


def manifests(out):
    for file in out.glob("*.tgz"):
        with tarfile.open(file) as archive:
            yield json.load(archive.extractfile("package/package.json"))


def test_what_github_packs_names_the_repository_and_else_is_refused(tmp_path):
    own = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "owner/millpond"}
    done = build(tmp_path / "known", **own)
    assert done.returncode == 0, done.stderr
    named = [manifest["repository"] for manifest in manifests(tmp_path / "known")]
    assert named == [{"type": "git", "url": "git+https://github.com/owner/millpond.git"}] * 2
    (wheel,) = (tmp_path / "known").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA"))).decode()
    assert "Project-URL: Repository, https://github.com/owner/millpond\n" in metadata

    done = build(tmp_path / "unknown", **{**own, "GITHUB_REPOSITORY": ""})
    assert done.returncode == 1 and "names no repository" in done.stderr and not list((tmp_path / "unknown").iterdir()), done.stderr

"""The repository is whole: versions agree, the locks fit, nothing names a machine, the licence is there."""

import json
import re
import subprocess
import tomllib
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from zollverein._version import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")
# Written in pieces, so that this file does not find itself.
MACHINE_WORDS = [
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/ho" + "me/",
    "/tmp/" + "claude",
    "/shared/" + "facts",
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "index" + "-url",
    "find" + "-links",
    "trusted" + "-host",
]
MAY_SAY = {"index" + "-url": {"tools/lock.py"}}
TEXT = frozenset({".py", ".md", ".toml", ".cff", ".lock", ".yaml", ".yml", ".json", ".csv", ".sh", ".txt", ".cfg", ""})
LARGEST_FILE = 3_000_000


def tracked() -> list[Path]:
    """Files under version control, or all files where there is none (an unpacked source archive)."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = done.stdout.split("\0") if done.returncode == 0 else []
    files = [ROOT / name for name in names if name] or [p for p in (ROOT / "src").rglob("*") if p.is_file()]
    return [path for path in files if path.is_file()]


def pins(name: str) -> dict[str, list[tuple[Requirement, int]]]:
    """Locked requirements of a lock file by library, each with the number of its hashes."""
    found: dict[str, list[tuple[Requirement, int]]] = {}
    for entry in re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8")):
        if entry.startswith("#"):
            continue
        requirement = Requirement(entry.split("\\")[0].strip())
        found.setdefault(canonical(requirement.name), []).append((requirement, entry.count("--hash=sha256:")))
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def group(name: str) -> list[Requirement]:
    out: list[Requirement] = []
    for entry in PROJECT["dependency-groups"][name]:
        out += group(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
    return out


def test_versions_agree() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert citation["version"] == __version__
    assert version("zollverein") == __version__, "the installation is stale: make check"
    newest = re.findall(r"^## \[(.+?)\]", changelog, flags=re.MULTILINE)[0]
    assert newest == ("Unreleased" if Version(__version__).is_devrelease else __version__)


def test_citation_has_what_the_format_requires() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["message"]
    assert citation["title"].startswith("zollverein")
    assert citation["license"] == PROJECT["project"]["license"] == "MIT"
    assert citation["type"] == "software"
    assert all("name" in author or "family-names" in author for author in citation["authors"])
    assert all(reference["doi"].startswith("10.") for reference in citation["references"])


def test_changelog_keeps_its_form() -> None:
    headings = re.findall(r"^### (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert headings
    assert set(headings) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_licence_is_mit() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License")
    assert "WITHOUT WARRANTY OF ANY KIND" in text


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", [*map(Requirement, PROJECT["project"]["dependencies"]), *group("build")]),
        ("requirements-dev.lock", [*map(Requirement, PROJECT["project"]["dependencies"]), *group("dev")]),
    ],
)
def test_lock_satisfies_the_project(lock: str, wanted: list[Requirement]) -> None:
    locked = pins(lock)
    for requirement in wanted:
        assert canonical(requirement.name) in locked, f"{lock} lacks {requirement.name}: make lock"
        for pin, _ in locked[canonical(requirement.name)]:
            (exact,) = pin.specifier
            assert exact.operator == "=="
            assert requirement.specifier.contains(exact.version), (
                f"{lock} has {pin}, wanted is {requirement}: make lock"
            )


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_file_is_known_by_its_hash(lock: str) -> None:
    assert [name for name, entries in pins(lock).items() if any(hashes == 0 for _, hashes in entries)] == []


def test_what_is_tested_is_what_is_run() -> None:
    run, dev = ({n: {str(r) for r, _ in e} for n, e in pins(lock).items()} for lock in LOCKS)
    assert {name: versions for name, versions in run.items() if dev.get(name) != versions} == {}


def test_what_is_installed_is_what_is_declared() -> None:
    declared = {canonical(Requirement(r).name) for r in PROJECT["project"]["dependencies"]}
    installed = {canonical(Requirement(r).name) for r in requires("zollverein") or [] if "extra ==" not in r}
    assert installed == declared, "the installation is stale: make check"


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert re.findall(r"https?:|://|^ *-(?!-hash=sha256:)\S+", text, flags=re.MULTILINE) == []


def test_no_file_names_a_machine() -> None:
    faults = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in TEXT:
            text = path.read_text(encoding="utf-8")
            faults += [(name, word) for word in MACHINE_WORDS if word in text and name not in MAY_SAY.get(word, ())]
    assert faults == []


def test_no_file_is_huge_or_a_leftover() -> None:
    names = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in tracked()}
    assert {name: size for name, size in names.items() if size > LARGEST_FILE} == {}
    assert [name for name in names if name.endswith((".pyc", ".orig", ".rej", ".log", "~", ".ipynb"))] == []


def test_text_files_end_lines_alike() -> None:
    faults = []
    for path in tracked():
        if path.suffix in TEXT:
            content = path.read_bytes()
            if b"\r" in content or (content and not content.endswith(b"\n")):
                faults.append(path.relative_to(ROOT).as_posix())
    assert faults == []


def test_data_is_declared_as_package_content() -> None:
    """The bundled case lies inside the package, where the wheel takes it from."""
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["src/zollverein"]
    package = ROOT / "src" / "zollverein" / "cases" / "eurasia" / "datapackage.json"
    described: dict[str, Any] = json.loads(package.read_text(encoding="utf-8"))
    absent = [r["path"] for r in described["resources"] if not (package.parent / r["path"]).is_file()]
    assert absent == []


def test_make_says_what_it_can_do() -> None:
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    offered = re.findall(r"^  make (\w+)", done.stdout, flags=re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert phony is not None
    assert sorted(offered) == sorted(phony[1].split())

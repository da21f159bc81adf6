"""The README cannot rot: its commands run and print what it says they print, its Python runs, its links lead."""

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.e2e.conftest import Run

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").glob("*.md"))]
pytestmark = pytest.mark.e2e


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = loaded(ROOT / "tools" / "readme.py")


def printed(run: Run, command: str, folder: Path) -> str:
    """What `tool.printed` returns of a command, without the time that each takes to start."""
    asked, _, place = command.partition(" > ")
    program, *arguments = shlex.split(asked)
    assert program == "zollverein"
    done = run(*arguments, cwd=folder)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    if place:
        (folder / place).write_text(done.stdout, encoding="utf-8")
        return ""
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def test_commands_print_what_the_readme_says(run: Run, tmp_path: Path) -> None:
    asked = [pair for block in tool.blocks(README, "console") for pair in tool.commands(block)]
    asked = [(command, output) for command, output in asked if not command.startswith("make")]
    assert len(asked) >= 5
    for command, output in asked:
        found = printed(run, command, tmp_path)
        shown, _, rest = output.partition(f"{tool.DOTS}\n")
        assert found.startswith(shown) if shown != output else found == output, f"{command}: run `make readme`"
        assert rest == ""


def test_make_targets_exist() -> None:
    targets = re.findall(r"^\$ make (\w+)$", README, flags=re.MULTILINE)
    assert {"demo", "test"} <= set(targets)
    subprocess.run(["make", "--dry-run", *targets], cwd=ROOT, check=True, capture_output=True)


def test_make_demo_is_quick_the_second_time(tmp_path: Path) -> None:
    """Here the environment is there already and stays as it is; .ci/run makes it from nothing."""
    stamp = Path(sys.prefix) / ".run-installed"
    settings = [f"--old-file={stamp}", f"VENV={sys.prefix}", f"OUT={tmp_path / 'demo'}"]
    done = subprocess.run(
        ["make", "--no-print-directory", "demo", *settings],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "demo" / "report.html").is_file()
    assert str(tmp_path / "demo") in done.stdout


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md"])
def test_python_blocks_run(page: str, tmp_path: Path) -> None:
    """Each by itself, with no name that another has made; one process reads the program for all of a page."""
    found = tool.blocks((ROOT / page).read_text(encoding="utf-8"), "python")
    assert found
    each_alone = "import sys\nfor block in sys.argv[1:]:\n    exec(block, {'__name__': '__main__'})"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", each_alone, *found],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = re.sub(r"^```.*?^```$", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith("http"):
            assert ((ROOT / page).parent / target).exists(), target


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_examples_run(example: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "largest residual" in done.stdout or "mass balance" in done.stdout
    assert list(tmp_path.iterdir()) == []

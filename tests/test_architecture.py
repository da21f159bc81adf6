"""The house stands: imports point one way, engines are pure, modules are small, public names are documented."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "zollverein"
ENGINES = frozenset({"union", "gravity", "economy", "corridor", "threat"})
EVERYONE = frozenset({"errors", "given", "processes", "_version"})

# What each room may import at any time; a room that is not named here does not exist.
ALLOWED = {
    "errors": frozenset(),
    "given": frozenset({"errors"}),
    "processes": frozenset(),
    "_version": frozenset(),
    "case": EVERYONE,
    **dict.fromkeys(ENGINES, EVERYONE),
    "stress": EVERYONE | ENGINES | {"case"},
    "report": EVERYONE | ENGINES | {"case", "stress"},
    "_cli": EVERYONE | ENGINES | {"case", "stress", "report"},
    "cli": EVERYONE | {"_cli"},
    "__main__": frozenset({"cli"}),
}
# What one module may import besides, and only inside a function: the doors of the house.
DOORS = {
    "case/doors.py": ENGINES,
    "stress/result.py": frozenset({"report"}),
    "economy/outcome.py": frozenset({"report"}),
}
# What one module may name besides, and only for type checkers: what comes out of the doors.
NAMES = {
    "case/case.py": ENGINES,
    "case/doors.py": ENGINES,
}

BANNED_NAMES = ("util", "helper", "common", "manager", "misc", "stuff", "tools")
NOT_FOR_ENGINES = frozenset(
    "os io sys pathlib shutil tempfile json csv yaml logging subprocess socket urllib requests rich typer altair "
    "jinja2 pyarrow vl_convert random".split()
)
FILE_CALLS = frozenset(
    "open print input read_csv read_parquet read_json read_excel read_table to_csv to_parquet to_json to_excel savetxt "
    "loadtxt savez".split()
)
BUILT_IN_ERRORS = frozenset(
    "Exception BaseException ValueError TypeError KeyError IndexError RuntimeError OSError FileNotFoundError "
    "NotImplementedError".split()
)
LONGEST_MODULE, LONGEST_FUNCTION = 400, 90


@dataclass(frozen=True)
class Module:
    """One source file, parsed."""

    path: str
    tree: ast.Module
    text: str

    @property
    def room(self) -> str:
        return self.path.split("/")[0].removesuffix(".py")


@dataclass(frozen=True)
class Import:
    """One import of a room, and when it happens: at once, when a function is called, or only for type checkers."""

    room: str
    module: str
    line: int
    when: str


def parsed(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path.relative_to(PACKAGE).as_posix(), ast.parse(text), text)


@cache
def modules() -> tuple[Module, ...]:
    """All modules of the package, parsed once."""
    return tuple(parsed(path) for path in sorted(PACKAGE.rglob("*.py")) if "/cases/" not in path.as_posix())


def inside() -> list[Module]:
    """Those that lie in a room."""
    return [module for module in modules() if module.path != "__init__.py"]


def imports(tree: ast.AST, when: str = "at once") -> Iterator[Import]:
    """Every module that is imported below a node."""
    for node in ast.iter_child_nodes(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import; write the whole name"
            names = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "zollverein" else []
            names = names or [node.module or ""]
        for name in names:
            parts = name.split(".")
            room = parts[1] if parts[0] == "zollverein" and len(parts) > 1 else ""
            yield Import(room, name, node.lineno, when)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(node, "called")
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from imports(node, "typed")
        else:
            yield from imports(node, when)


def functions(module: Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef):
            yield node


def arrow_faults(module: Module) -> list[str]:
    allowed = ALLOWED.get(module.room, frozenset())
    besides = {"called": DOORS.get(module.path, frozenset()), "typed": NAMES.get(module.path, frozenset())}
    return [
        f"{module.path}:{found.line} imports {found.module}"
        for found in imports(module.tree)
        if found.room and found.room != module.room and found.room not in allowed
        if found.room not in besides.get(found.when, ())
    ]


def test_every_module_belongs_to_a_room() -> None:
    assert sorted({module.room for module in inside()} - set(ALLOWED)) == []


def test_imports_point_one_way() -> None:
    assert [fault for module in inside() for fault in arrow_faults(module)] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("economy/engine.py", "from zollverein.corridor import Network"),
        ("economy/engine.py", "def f():\n    import zollverein.case"),
        ("corridor/plan.py", "from zollverein import stress"),
        ("case/doors.py", "from zollverein.economy import Economy"),
        ("case/read.py", "def f():\n    from zollverein.union import Union"),
        ("case/case.py", "def f():\n    from zollverein.union import Union"),
        ("case/case.py", "from zollverein.union import Union"),
        ("economy/engine.py", "if TYPE_CHECKING:\n    from zollverein.case import Case"),
        ("stress/result.py", "from zollverein.report import html"),
        ("report/page.py", "import zollverein.cli"),
        ("errors.py", "from zollverein.case import Case"),
    ],
)
def test_a_wrong_arrow_would_be_seen(path: str, source: str) -> None:
    assert len(arrow_faults(Module(path, ast.parse(source), source))) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "case/doors.py",
            "def f():\n    from zollverein.economy import Economy\n    from zollverein.errors import CaseError",
        ),
        ("case/case.py", "if TYPE_CHECKING:\n    from zollverein.economy import Economy"),
        ("stress/runner.py", "from zollverein.threat import outages_from_events"),
    ],
)
def test_doors_are_open(path: str, source: str) -> None:
    assert arrow_faults(Module(path, ast.parse(source), source)) == []


def test_the_package_itself_imports_lazily() -> None:
    """`import zollverein` must not wait for pandas or a solver."""
    (package,) = (module for module in modules() if module.path == "__init__.py")
    for node in package.tree.body:
        if isinstance(node, ast.ImportFrom):
            assert node.module in {"__future__", "importlib", "typing", "zollverein._version"}
        else:
            assert not isinstance(node, ast.Import)


def test_engines_know_no_files_screens_or_chance() -> None:
    faults = []
    for module in modules():
        if module.room not in ENGINES:
            continue
        faults += [
            f"{module.path}:{found.line} imports {found.module}"
            for found in imports(module.tree)
            if found.module.split(".")[0] in NOT_FOR_ENGINES and found.when != "typed"
        ]
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
                if called in FILE_CALLS:
                    faults.append(f"{module.path}:{node.lineno} calls {called}")
            if isinstance(node, ast.Global):
                faults.append(f"{module.path}:{node.lineno} has a global")
    assert faults == []


def test_errors_are_ours() -> None:
    """What engines, cases and reports raise on purpose comes from `zollverein.errors`."""
    faults = []
    for module in modules():
        if module.room not in ENGINES | {"case", "report"}:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Raise) and node.exc is not None:
                raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                if getattr(raised, "id", "") in BUILT_IN_ERRORS:
                    faults.append(f"{module.path}:{node.lineno} raises {ast.unparse(raised)}")
            if isinstance(node, ast.Assert):
                faults.append(f"{module.path}:{node.lineno} asserts")
    assert faults == []


def test_nothing_is_swallowed() -> None:
    faults = []
    for module in modules():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            broad = node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
            if broad and all(isinstance(line, ast.Pass) for line in node.body):
                faults.append(f"{module.path}:{node.lineno} swallows every error")
    assert faults == []


def test_modules_are_small_and_well_named() -> None:
    for module in modules():
        assert len(module.text.splitlines()) <= LONGEST_MODULE, module.path
        for part in module.path.removesuffix(".py").split("/"):
            assert not any(word in part for word in BANNED_NAMES), module.path


def test_functions_fit_a_screen() -> None:
    long = [
        f"{module.path}:{function.lineno} {function.name} has {function.end_lineno - function.lineno + 1} lines"
        for module in modules()
        for function in functions(module)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_nothing_is_left_to_do() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "raise NotImplemented" + "Error")
    assert [(m.path, word) for m in modules() for word in words if word in m.text] == []


def test_public_names_are_declared_documented_and_typed() -> None:
    faults = []
    for module in inside():
        if not ast.get_docstring(module.tree):
            faults.append(f"{module.path} has no docstring")
        declared = declared_names(module.tree)
        if declared is None and module.room not in {"__main__", "_cli", "_version"}:
            faults.append(f"{module.path} declares no __all__")
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in (declared or ()):
                faults += undocumented(module, node)
    assert faults == []


def declared_names(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return list(ast.literal_eval(node.value))
    return None


def undocumented(module: Module, node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    where = f"{module.path}:{node.lineno} {node.name}"
    faults = [] if ast.get_docstring(node) else [f"{where} has no docstring"]
    if isinstance(node, ast.ClassDef):
        members = [m for m in node.body if isinstance(m, ast.FunctionDef) and not m.name.startswith("_")]
        return faults + [fault for member in members for fault in undocumented(module, member)]
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    bare = [a.arg for a in arguments if a.annotation is None and a.arg not in {"self", "cls"}]
    if bare or node.returns is None:
        faults.append(f"{where} lacks type hints: {', '.join(bare) or 'return'}")
    return faults

"""Nothing in the code knows one case: names of places, lines and unions of Eurasia stand in tables, never in modules.

Docstrings may have examples; lists of all the world's countries are lists. Everything else is looked at: names of
variables and functions, strings, comments.
"""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "zollverein"
ENGINES = ("union", "gravity", "economy", "corridor", "threat")
ROOMS = (*ENGINES, "case", "stress", "report", "_cli")

# Words that belong to the founding case; country codes as whole words and in capitals, so that `arm` is none.
CODES = re.compile(r"\b(KAZ|RUS|BLR|KGZ|ARM|EAEU|CPC|BTC)\b")
NAMES = re.compile(
    r"eaeu|eurasia|novoross|nowoross|caspian|kazakh|kasach|druzhba|druschba|russia(?!n\b)|belarus|armenia|kyrgyz|tengiz"
    r"|kashagan|karachaganak|aktau|atyrau|samara|makhachkala|kaztransoil|kazmunay|cpc[-_]|minsk|astana|moscow|tokayev"
    r"|\btenge\b|rouble",
    re.IGNORECASE,
)
# The list of all countries, one string each.
LISTS = {"case/countries.py"}
# A string with so many codes is a publisher's list of countries, where each is one of many.
MANY, CODE = 10, re.compile(r"\b[A-Z]{3}\b")
# What a door opens when nobody says which case: a default, not knowledge. Any command may have it.
DEFAULT_CASE = "eurasia"
# Other strings that may stand: a default that a case or a caller outranks.
DEFAULTS = {
    "stress/runner.py": {DEFAULT_CASE},
    "stress/scenario.py": {DEFAULT_CASE},
    "stress/sweeps/spec.py": {DEFAULT_CASE},
}
# Examples in messages: a column's name as its publisher writes it, a link to look for.
EXAMPLES = {"case/data/oecd_icio.py": {"KAZ_C19"}, "_cli/case.py": {"link=aktau-baku"}}


def docstrings(tree: ast.AST) -> set[int]:
    """Identities of the strings that are docstrings."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
        if isinstance(node.body[0].value, ast.Constant)
    }


def words(text: str) -> list[tuple[int, str]]:
    """Line and text of every identifier, string and comment of a module, docstrings left out."""
    tree, found = ast.parse(text), []
    left_out = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out:
            found.append((node.lineno, node.value))
        for field in ("id", "attr", "arg", "name", "module"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                found.append((getattr(node, "lineno", 0), value))
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    found += [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
    return found


def named(word: str) -> str:
    """What of one case a word names, or nothing."""
    if len(CODE.findall(word)) >= MANY:
        return ""
    found = CODES.search(word) or NAMES.search(word)
    return found[0] if found else ""


def faults(path: str, text: str) -> list[str]:
    """Where a module names what belongs to one case."""
    if not (CODES.search(text) or NAMES.search(text)):
        return []
    allowed = DEFAULTS.get(path, set()) | ({DEFAULT_CASE} if path.startswith("_cli/") else set())
    return [
        f"{path}:{line} names {named(word)!r}"
        for line, word in words(text)
        if named(word) and word not in allowed
        if not any(example in word for example in EXAMPLES.get(path, ()))
    ]


def modules(rooms: tuple[str, ...]) -> dict[str, str]:
    paths = sorted(path for room in rooms for path in (PACKAGE / room).rglob("*.py"))
    return {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def test_no_module_knows_a_case() -> None:
    known = modules(ROOMS)
    assert len(known) > 100
    assert [fault for path, text in known.items() if path not in LISTS for fault in faults(path, text)] == []


def test_engines_have_no_default_case() -> None:
    assert {path for path in DEFAULTS if path.split("/")[0] in ENGINES} == set()


def test_what_is_excused_still_stands() -> None:
    """An excuse that nobody needs any more is taken off the list."""
    for path, allowed in {**DEFAULTS, **EXAMPLES}.items():
        strings = [word for _, word in words((PACKAGE / path).read_text(encoding="utf-8"))]
        for word in allowed:
            assert any(word in string for string in strings), f"{path} says {word!r} no more"


@pytest.mark.parametrize(
    "text",
    [
        "UNION = 'EAEU'",
        "def kazakh_exports(): pass",
        "if exporter == 'KAZ': pass",
        "x = 1  # as at Novorossiysk",
        "from zollverein.cases import eurasia",
        "def f(cpc_quota): pass",
        "message = f'the Druzhba line {name}'",
    ],
)
def test_a_name_would_be_seen(text: str) -> None:
    assert faults("corridor/plan.py", text)


@pytest.mark.parametrize(
    "text", ["'arms and farms'", "arm = 1", "cost = charm = 1", "x = 'Russian month names'", "def f():\n    'As KAZ.'"]
)
def test_ordinary_words_and_docstrings_are_let_through(text: str) -> None:
    assert faults("corridor/plan.py", text) == []

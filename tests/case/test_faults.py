"""A broken case is refused with every fault named: file, row, column, what is allowed and how to mend it."""

import re
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zollverein.case import check_case, copy_case, open_case
from zollverein.errors import CaseError, DoubtfulFigure, OutputError, UnknownNameError


@pytest.fixture
def folder(tmp_path):
    return copy_case("eurasia", tmp_path / "mine")


@pytest.fixture
def small_folder(tmp_path):
    return copy_case("small", tmp_path / "small")


def edit(folder, file, change):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


def swap(old, new):
    return lambda text: text.replace(old, new, 1)


def line(number, change):
    def edited(text):
        lines = text.split("\n")
        lines[number - 1] = change(lines[number - 1])
        return "\n".join(lines)

    return edited


FAULTS = {
    "a number with a thousands mark": (
        "corridor/link_figures.csv", swap("cpc-kazakh,quota_kt_per_year,,54000", 'cpc-kazakh,quota_kt_per_year,,"54,000"'),
        "column value: '54,000'",
    ),
    "a base year that is none": (
        "datapackage.json", swap('"base_year": 2021', '"base_year": "last year"'), "base_year 'last year'",
    ),
    "a negative capacity": (
        "corridor/link_figures.csv", swap("aktau-makhachkala,quota_kt_per_year,,4000", "aktau-makhachkala,quota_kt_per_year,,-4000"),
        "column value: '-4000'; allowed: at least 0",
    ),
    "a day that does not exist": (
        "corridor/events.csv", swap("2022-03-21", "2022-02-30"), "column start: '2022-02-30'",
    ),
    "a reference to nothing": (
        "corridor/links.csv", line(3, lambda row: row.replace("cpc-intake", "cpc-intak")), "did you mean 'cpc-intake'?",
    ),
    "two preferred rows": (
        "corridor/link_figures.csv", swap("67000,,,true", "67000,,,false"), "0 preferred rows for link cpc-kazakh",
    ),
    "a key that stands twice": (
        "corridor/routes.csv", lambda text: text + text.split("\n")[1] + "\n", "route cpc stands already in row 2",
    ),
    "a cell too few": ("economy/sectors.csv", line(4, lambda row: row.rsplit(",", 1)[0]), "economy/sectors.csv, row 4"),
    "a misspelt column": ("economy/crude.csv", swap("destination", "destinaton"), "rename it to 'destination'"),
    "a balance that does not close": (
        "economy/production.csv", line(2, lambda row: re.sub(r"^(ARM,AGR),[^,]+", r"\1,99999", row)), "is 99999",
    ),
    "shares that do not add to one": (
        "corridor/market_regions.csv", swap("schwedt,E27,1", "schwedt,E27,0.9"), "the shares of node schwedt add to 0.9",
    ),
    "a country that is none": ("union/memberships.csv", swap(",KAZ,", ",KAS,"), "'KAS'; allowed: an ISO 3166"),
    "an unknown source": ("corridor/balance.csv", swap("at2022", "at2202"), "column source: 'at2202'"),
    "a figure without its method": (
        "union/wedges.csv", line(2, lambda row: re.sub(r"(derived|assumed),.*$", r"\1,", row)), "no method beside confidence",
    ),
    "not a number": ("corridor/link_figures.csv", swap("aktau-makhachkala,quota_kt_per_year,,4000", "aktau-makhachkala,quota_kt_per_year,,nan"), "column value: 'nan'"),
    "a number without end": ("corridor/link_figures.csv", swap("aktau-makhachkala,quota_kt_per_year,,4000", "aktau-makhachkala,quota_kt_per_year,,1e999"), "column value: '1e999'"),
    "a whole number too large": ("corridor/link_units.csv", swap("cpc-moorings,3", "cpc-moorings,1e300"), "column units_available: '1e300'; allowed: a whole number up to"),
    "a year nought": ("corridor/events.csv", swap("2022-03-21", "0000-03-21"), "column start: '0000-03-21'"),
    "an empty part of a list": ("corridor/balance.csv", swap("at2022", "at2022;"), "an empty part of a list"),
    "days in the wrong order": ("corridor/events.csv", swap("2022-03-21,2022-03-23", "2022-03-23,2022-03-21"), "start 2022-03-23 comes after end 2022-03-21"),
    "spans that overlap": (
        "corridor/link_figures.csv", swap("aktau-baku,usable_kt_per_year,,520,2022-10-01", "aktau-baku,usable_kt_per_year,,520,2022-09-01"),
        "aktau-baku, usable_kt_per_year: overlaps the span in row",
    ),
    "memberships that overlap": (
        "union/memberships.csv", lambda text: text + next(row for row in text.split("\n") if ",KAZ,,2015" in row).replace("2015", "2016") + "\n",
        "overlaps the span in row",
    ),
    "two preferred of one figure": (
        "corridor/link_figures.csv", swap("atyrau-samara,nominal_kt_per_year,,17000,,,false", "atyrau-samara,nominal_kt_per_year,,17000,,,true"),
        "2 preferred rows for link atyrau-samara",
    ),
    "reported by nobody": (
        "corridor/nodes.csv", line(2, lambda row: row.replace(",assumed,", ",reported,")), "which has no url",
    ),
    "a word out of the list": ("corridor/nodes.csv", swap(",field,", ",feild,"), "did you mean 'field'?"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_and_told(folder, name):
    file, change, said = FAULTS[name]
    edit(folder, file, change)
    faults = check_case(folder)
    assert any(said in str(fault) and fault.file == file for fault in faults), [str(f) for f in faults]
    assert all(fault.allowed and fault.mend for fault in faults)


WHOLE_FILES = {
    "a file that is gone": ("corridor/prices.csv", lambda path: path.unlink(), "the file is missing"),
    "a schema that is gone": ("schemas/prices.json", lambda path: path.unlink(), "the schema of 'prices' is missing"),
    "a schema that is no JSON": ("schemas/prices.json", lambda path: path.write_text("{"), "not JSON"),
    "a file that is not UTF-8": ("corridor/options.csv", lambda path: path.write_bytes(b"option_id\nO01\xe9\n"), "byte 0xe9"),
    "a file without a row": ("corridor/prices.csv", lambda path: path.write_text(path.read_text(encoding="utf-8").split("\n")[0]), "no rows"),
    "an empty file": ("corridor/prices.csv", lambda path: path.write_bytes(b""), "an empty file"),
    "a quotation mark left open": ("corridor/prices.csv", lambda path: path.write_text(path.read_text(encoding="utf-8") + 'x,"y'), "not CSV"),
    "a column that is gone": (
        "corridor/routes.csv",
        lambda path: path.write_text("\n".join(row.partition(",")[2] for row in path.read_text(encoding="utf-8").split("\n"))),
        "the column is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_a_file_that_cannot_be_read_as_its_table_is_told(folder, name):
    file, change, said = WHOLE_FILES[name]
    change(folder / file)
    faults = check_case(folder)
    assert any(said in fault.found and fault.file == file for fault in faults), [str(f) for f in faults]


def test_an_open_ended_figure_holds_until_the_next_one(folder):
    first = "aktau-makhachkala,quota_kt_per_year,,4000,,,true"
    edit(
        folder,
        "corridor/link_figures.csv",
        lambda text: (
            text
            + f"{first.replace('4000,,', '5000,2023-01-01,')},,,general-knowledge,assumed,x\n".replace(
                ",,,general", ",,general"
            )
        ),
    )
    assert check_case(folder) == []


def test_ten_kinds_of_fault_in_one_folder_are_all_named(folder):
    apart = [
        "a number with a thousands mark", "a day that does not exist", "a key that stands twice", "a cell too few",
        "a misspelt column", "a balance that does not close", "shares that do not add to one", "a country that is none",
        "an unknown source", "a figure without its method", "a word out of the list",
    ]  # fmt: skip
    for name in apart:
        file, change, _ = FAULTS[name]
        edit(folder, file, change)
    (folder / "economy" / "stray.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "corridor" / "prices.csv").unlink()
    (folder / "corridor" / "options.csv").write_bytes(b"option_id\nO01\xe9\n")
    with pytest.raises(CaseError) as caught:
        open_case(folder)
    told = "\n".join(str(fault) for fault in caught.value.faults)
    for said in [FAULTS[name][2] for name in apart]:
        assert said in told
    for said in ("economy/stray.csv", "corridor/prices.csv: the file is missing", "byte 0xe9"):
        assert said in told
    assert "refused" in str(caught.value)


def test_a_copy_of_the_bundled_case_is_valid_and_so_is_a_zip_of_it(folder, tmp_path):
    assert check_case(folder) == []
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        for path in folder.rglob("*"):
            archive.write(path, path.relative_to(folder.parent))
    packed = open_case(tmp_path / "mine.zip")
    assert set(packed.tables) == set(open_case("eurasia").tables)


def test_a_byte_order_mark_is_no_fault(folder):
    path = folder / "corridor" / "routes.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert check_case(folder) == []


def test_a_broken_descriptor_is_told_with_its_line(folder):
    edit(folder, "datapackage.json", swap('"resources": [', '"resources": [,'))
    (fault,) = check_case(folder)
    assert fault.file == "datapackage.json"
    assert fault.row is not None


def test_what_is_not_there_or_not_empty_is_told(folder, tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'eurasia'"):
        open_case("eurassia")
    with pytest.raises(OutputError, match="not an empty folder"):
        copy_case("eurasia", folder)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError):
        copy_case("eurasia", tmp_path / "file" / "inside")
    assert not list(tmp_path.glob(".zollverein-*"))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.integers(0, 400))
def test_no_bytes_do_worse_than_faults(small_folder, junk, where):
    path = small_folder / "corridor" / "routes.csv"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:where] + junk + whole[where:])
        assert isinstance(check_case(small_folder), list)
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("text", ["null", "[]", "3", '{"resources": ' + "9" * 5000 + "}"])
def test_a_descriptor_that_is_no_package_is_a_fault(folder, text):
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    assert [fault.file for fault in check_case(folder)] == ["datapackage.json"]


def test_a_case_without_sources_is_refused_by_the_check_as_well(folder):
    edit(folder, "datapackage.json", lambda text: re.sub(r'"name": "sources"', '"name": "sourcez"', text, count=1))
    assert any("no table 'sources'" in fault.found for fault in check_case(folder))


def test_what_a_mac_adds_to_a_zip_is_passed_over(folder, tmp_path):
    packed = tmp_path / "mine.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("__MACOSX/mine/._datapackage.json", b"\x00")
        for file in folder.rglob("*"):
            if file.is_file():
                archive.write(file, f"mine/{file.relative_to(folder).as_posix()}")
    assert check_case(packed) == []


def test_a_zip_with_a_broken_stream_is_a_fault(folder, tmp_path):
    packed = tmp_path / "mine.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "datapackage.json", "datapackage.json")
    raw = bytearray(packed.read_bytes())
    raw[60:90] = b"\xff" * 30
    packed.write_bytes(bytes(raw))
    assert "not readable" in check_case(packed)[0].found


def test_what_an_engine_would_refuse_is_a_fault_too(folder):
    edit(folder, "corridor/node_figures.csv", swap("tengiz,kazakh-crude,production_kt_per_year,29200",
                                                   "tengiz,kazakh-crude,production_kt_per_year,29200000"))  # fmt: skip
    (fault,) = check_case(folder)
    assert fault.file == "corridor/node_figures.csv"
    assert "29200000" in fault.found
    assert "is it in tonnes" in fault.allowed


def test_a_doubtful_figure_is_told_and_the_case_stays_valid(folder):
    edit(folder, "corridor/link_figures.csv", swap("alashankou-dushanzi,nominal_kt_per_year,,10000",
                                                   "alashankou-dushanzi,nominal_kt_per_year,,10"))  # fmt: skip
    with pytest.warns(DoubtfulFigure, match="pipeline 'alashankou-dushanzi' carries 10 kt a year"):
        assert check_case(folder) == []


def test_every_fault_of_a_register_is_told_at_once(folder):
    """Overlapping memberships, a barrier among strangers, an end before its start, codes, sources, days unknown."""
    added = {
        "union/memberships.csv": [
            "eaeu_2014,KAZ,,2016-01-01,,member,,,,pozirk-2024,reported,",
            "eaeu_2014,BLR,,2020-01-01,2019-01-01,observer,,,,pozirk-2024,reported,",
        ],
        "union/barriers.csv": [
            "x1,RUS,UKR,goods,04,A,barrier,goods,,,pozirk-2024,reported,",
            "x2,RUS,KAZ,goods,98,A,barrier,goods,,,pozirk-2024,reported,",
            "x3,RUS,KAZ,goods,04,Z,barrier,goods,,,pozirk-2024,reported,",
            "x4,RUS,KAZ,goods,04,A,barrier,goods,,,nobody-2024,reported,",
        ],
        "union/barrier_events.csv": ["x2-1,x2,the spring of 2024,2024-06-01,reported,,,,,pozirk-2024,reported,"],
    }
    for file, rows in added.items():
        edit(folder, file, lambda text, rows=rows: text + "\n".join(rows) + "\n")
    told = [str(fault) for fault in check_case(folder)]
    for said in ("overlaps the span", "2019-01-01", "'UKR'", "'98'", "'Z'", "'nobody-2024'", "'the spring of 2024'"):
        assert any(said in fault for fault in told), (said, told)

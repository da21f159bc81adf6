"""A frozen case holds what was known on a day and nothing of later; it is sealed, and says what it left out."""

import csv
import io
import json
from datetime import date, timedelta

import pandas as pd
import pytest
from frictionless import Resource

from zollverein.case import check_case, copy_case, open_case
from zollverein.case.contents import contents_of, files_in
from zollverein.case.freezing import freeze_case
from zollverein.case.knowing import last_day
from zollverein.case.seal import judge_seal, sealed
from zollverein.errors import CaseError, InputError, OutputError, UnknownNameError

# key, date: published to the day, to the month, to the year, over a year's end, and never told.
DATES = {
    "day": "2022-03-10",
    "month": "2022-03",
    "year": "2022",
    "span": "2022-12/01",
    "later": "2024-05-05",
    "never": "",
}
TABLES = {
    # Of one figure two sources; what is preferred is the later one.
    "prices": """good,period,value,preferred,source,confidence,method
oil,a,1,false,day,assumed,guess
oil,a,2,false,month,reported,
oil,a,3,false,day,reported,
oil,a,4,true,later,reported,
gas,a,5,true,day,reported,
""",
    # Known by sources: reported with the first, derived with the last; spans and years; nothing dated.
    "facts": """fact,good,begins,year,source,confidence,method
first,oil,,,day;later,reported,
last,oil,,,day;later,derived,mean
to-the-month,gas,,,month,reported,
to-the-year,gas,,,year,reported,
announced,gas,9999-12-31,,day,reported,
common,gas,2010-01-01,,never,assumed,known
to-come,gas,2023-01-01,,never,assumed,known
in-time,gas,,2022,never,assumed,known
next-year,gas,,2023,never,assumed,known
""",
    # Goods that others refer to.
    "goods": """good,source,confidence,method
oil,day,reported,
gas,never,assumed,known
tin,later,reported,
""",
    "uses": """use,good,source,confidence,method
u1,oil,day,reported,
u2,tin,day,reported,
u3,,day,reported,
""",
    "shares": """use,part,share,source,confidence,method
u1,a,0.5,day,reported,
u1,b,0.5,later,reported,
u3,a,1,day,reported,
""",
    "cases": """case,source,confidence,method
c1,day,reported,
c2,day,reported,
""",
    "history": """event,case,recorded,source,confidence,method
e1,c1,2022-01-05,later,reported,
e2,c1,2023-01-05,day,reported,
e3,c2,2023-01-05,day,reported,
""",
}
KEYS = {"facts": ["fact"], "goods": ["good"], "uses": ["use"], "cases": ["case"], "history": ["event"]}
KINDS = {
    "value": "number",
    "share": "number",
    "preferred": "boolean",
    "begins": "date",
    "year": "year",
    "recorded": "date",
}
FOREIGN = {("prices", "good"): "goods.good", ("facts", "good"): "goods.good", ("uses", "good"): "goods.good",
           ("shares", "use"): "uses.use", ("history", "case"): "cases.case"}  # fmt: skip
RULES = {
    "prices": {"preferred_per": ["good", "period"]},
    "shares": {"adds_to_one": [{"column": "share", "by": ["use"]}]},
}
DAY = "2022-06-30"


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A case of which much is not known yet in June 2022."""
    folder = tmp_path_factory.mktemp("known") / "case"
    (folder / "facts").mkdir(parents=True)
    lines = [f"{key},A,,http://a.org/{key},{day},," for key, day in DATES.items()]
    sources = "\n".join(["key,publisher,title,url,date,retrieved,licence", *lines]) + "\n"
    texts = {"sources": sources, **TABLES}
    resources = []
    for name, text in texts.items():
        path = "sources.csv" if name == "sources" else f"facts/{name}.csv"
        (folder / path).write_text(text, encoding="utf-8")
        resources.append({"name": name, "path": path, "schema": schema_of(name, text)})
    described = {"name": "known", "title": "Known", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(described, indent=1), encoding="utf-8")
    (folder / "README.md").write_text("# Known\n", encoding="utf-8")
    assert check_case(folder) == []
    return folder


def schema_of(name, text):
    fields = []
    for column in text.split("\n", 1)[0].split(","):
        field = {"name": column, "type": KINDS.get(column, "string")}
        if column == "source":
            field["x-zollverein"] = {"list": ";", "foreign": "sources.key"}
        elif (name, column) in FOREIGN:
            field["x-zollverein"] = {"foreign": FOREIGN[name, column]}
            field["constraints"] = {"required": name == "history"}
        fields.append(field)
    ours = {"figure": name != "sources", **RULES.get(name, {})}
    return {"fields": fields, "primaryKey": KEYS.get(name, []), "x-zollverein": ours}


@pytest.fixture(scope="module")
def frozen(known, tmp_path_factory):
    return freeze_case(known, DAY, tmp_path_factory.mktemp("frozen") / "case")


def rows_of(folder, table):
    return [*csv.DictReader(io.StringIO((folder / f"facts/{table}.csv").read_text(encoding="utf-8")))]


def test_a_row_is_known_once_its_sources_are_out(frozen):
    facts = [row["fact"] for row in rows_of(frozen.folder, "facts")]
    assert facts == ["first", "to-the-month", "announced", "common", "in-time"]
    why = frozen.left_out[frozen.left_out["table"] == "facts"].set_index("key")
    assert why["known_on"].dropna().to_dict() == {"last": "2024-05-05", "to-the-year": "2022-12-31"}
    assert set(why.index) == {"last", "to-the-year", "to-come", "next-year"}
    assert why.loc["last", "row"] == 3
    assert "no source with a date announces it" in why.loc["to-come", "reason"]


def test_what_refers_to_the_unknown_goes_with_it(frozen):
    assert [row["good"] for row in rows_of(frozen.folder, "goods")] == ["oil", "gas"]
    assert [row["use"] for row in rows_of(frozen.folder, "uses")] == ["u1", "u3"]
    reasons = frozen.left_out.set_index(["table", "key"])["reason"]
    assert reasons["uses", "u2"] == "refers to goods.good 'tin', which is left out"


def test_shares_that_no_longer_add_to_one_go_together(frozen):
    assert [row["use"] for row in rows_of(frozen.folder, "shares")] == ["u3"]


def test_of_the_rest_the_surest_and_then_the_newest_is_preferred(frozen):
    prices = {row["value"]: row["preferred"] for row in rows_of(frozen.folder, "prices")}
    assert prices == {"1": "false", "2": "true", "3": "false", "5": "true"}
    assert frozen.preferred.to_numpy().tolist() == [["prices", "oil, a"]]


def test_a_history_is_known_by_its_own_days(frozen):
    """A row that says when it was recorded counts by that, and a case whose history begins later is not known."""
    assert [row["event"] for row in rows_of(frozen.folder, "history")] == ["e1"]
    assert [row["case"] for row in rows_of(frozen.folder, "cases")] == ["c1"]


def test_sources_of_later_stay_only_where_a_row_names_them(frozen, known, tmp_path):
    kept = set(open_case(frozen.folder).sources["key"])
    assert kept == {"day", "month", "never", "later"}  # e1 was recorded before its source
    earlier = freeze_case(
        known, "2022-01-04", tmp_path / "earlier", keep=["goods", "uses", "cases"], without=["history"]
    )
    assert set(open_case(earlier.folder).sources["key"]) == {"day", "later", "never"}  # as the tables that are kept
    assert earlier.left_out.query("table == 'sources'")["key"].tolist() == ["month, A", "year, A", "span, A"]


def test_the_report_counts_every_row(frozen, known):
    tables = frozen.tables.set_index("table")
    assert tables.loc["facts"].tolist() == [9, 4, 5, 2, 0]
    assert tables.loc["history"].tolist() == [3, 2, 1, 0, 1]
    assert (tables["rows"] == tables["left_out"] + tables["kept"]).all()
    whole = {name: len(frame) for name, frame in open_case(known).tables.items()}
    assert tables["rows"].to_dict() == whole
    assert frozen.left_out.groupby("table").size().to_dict() == tables.loc[tables["left_out"] > 0, "left_out"].to_dict()
    assert json.loads(json.dumps(frozen.to_mapping(), allow_nan=False))["frozen_at"] == DAY


def test_a_vintage_is_sealed_as_the_standard_has_it(frozen):
    described = contents_of(frozen.folder).descriptor
    assert described["frozen_at"] == DAY
    files = files_in(frozen.folder)
    for resource in described["resources"]:
        assert resource == sealed(resource, files[resource["path"]])
        told = Resource({k: resource[k] for k in ("name", "path", "hash", "bytes")}, basepath=str(frozen.folder))
        assert told.validate().valid
    readme = files["README.md"].decode("utf-8")
    assert readme.startswith(
        "# Known, as known on 2022-06-30\n\nMade from case `known`: as known on 2022-06-30. Of its 16 "
    )
    assert files["README-of-known.md"] == b"# Known\n"
    assert (described["name"], described["title"]) == ("case", "Known, as known on 2022-06-30")
    assert check_case(frozen.folder) == []


def test_a_change_after_the_freeze_is_a_fault(known, tmp_path):
    folder = freeze_case(known, DAY, tmp_path / "case").folder
    path = folder / "facts/goods.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("known", "felt"), encoding="utf-8")
    (fault,) = check_case(folder)
    assert (fault.file, fault.row) == ("facts/goods.csv", None)
    assert fault.found == "changed since it was frozen: another hash"
    with pytest.raises(CaseError, match="changed since it was frozen"):
        open_case(folder)


@pytest.mark.parametrize(
    ("seal", "found"),
    [
        ({"bytes": 4}, "5 bytes"),
        ({"hash": "5d41402abc4b2a76b9719d911017c593"}, "another hash"),
        ({"hash": "crc32:1"}, "a hash by 'crc32'"),
        ({"hash": 7}, "another hash"),
    ],
)
def test_a_seal_that_does_not_fit_is_told(seal, found):
    (fault,) = judge_seal({"path": "a.csv", **seal}, b"world")
    assert found in fault.found


def test_a_seal_that_fits_is_silent():
    for seal in (
        {"hash": "md5:7d793037a0760186574b0282f2f435e7", "bytes": 5},
        {"hash": "7D793037A0760186574B0282F2F435E7"},
    ):
        assert [*judge_seal({"path": "a.csv", **seal}, b"world")] == []
    assert [*judge_seal({"path": "a.csv", "hash": "x"}, None)] == []


def test_frozen_late_enough_nothing_is_left_out(known, tmp_path):
    made = freeze_case(known, "2025-01-01", tmp_path / "case")
    assert made.left_out.empty
    was, now = files_in(known), files_in(made.folder)
    assert {file for file in was if was[file] != now[file]} == {"datapackage.json", "README.md"}


def test_freezing_again_earlier_is_freezing_earlier_at_once(known, frozen, tmp_path):
    first = freeze_case(frozen.folder, "2022-03-20", tmp_path / "first")
    second = freeze_case(known, "2022-03-20", tmp_path / "second")
    for table in ("facts", "goods", "uses", "shares", "history"):
        assert rows_of(first.folder, table) == rows_of(second.folder, table)


def test_what_later_sources_report_of_earlier_states_may_be_taken(known, tmp_path):
    made = freeze_case(known, DAY, tmp_path / "case", reported_later=True)
    facts = {row["fact"] for row in rows_of(made.folder, "facts")}
    assert "to-the-year" in facts  # reported later, of no day of its own
    assert not {"last", "to-come", "next-year"} & facts
    assert [row["good"] for row in rows_of(made.folder, "goods")] == ["oil", "gas", "tin"]
    assert made.tables.set_index("table").loc["facts", "later"] == 1
    assert [row["event"] for row in rows_of(made.folder, "history")] == ["e1"]


def test_a_table_of_which_nothing_was_known_goes_and_references_to_it(tmp_path, known):
    made = freeze_case(known, "2022-03-05", tmp_path / "case", keep=["goods", "uses"])
    assert not {"prices", "shares"} & set(open_case(made.folder).tables)
    assert not (made.folder / "facts/prices.csv").exists()
    assert set(made.tables.set_index("table").loc[["prices", "shares"], "kept"]) == {0}


def test_a_table_left_out_on_purpose_leaves_what_refers_to_it(known, tmp_path):
    made = freeze_case(known, DAY, tmp_path / "case", without=["goods"])
    assert [row["use"] for row in rows_of(made.folder, "uses")] == ["u1", "u2", "u3"]
    assert "uses: its schema no longer refers to goods.good, which is left out" in made.notes


def test_what_was_known_must_be_a_case_or_what_breaks_is_told(tmp_path):
    folder = copy_case("small", tmp_path / "case")
    sources = folder / "sources.csv"
    text = sources.read_text(encoding="utf-8").replace(",2026,", ",2020,")
    sources.write_text(text + "new,Someone,,,2026,,\n", encoding="utf-8")
    path = folder / "economy/production.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace("example", "new")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(CaseError, match="is no whole case") as error:
        freeze_case(folder, "2021-12-31", tmp_path / "frozen")
    assert str(error.value).endswith("what gives a whole case: --without economy"), "and no way that was not tried"
    assert error.value.faults
    assert sorted(p.name for p in tmp_path.iterdir()) == ["case"]
    made = freeze_case(folder, "2021-12-31", tmp_path / "frozen", without=["economy"])
    assert "trade" not in open_case(made.folder).tables
    assert "regions" in open_case(made.folder).tables


def test_days_of_which_nothing_is_known_are_refused(known, tmp_path):
    with pytest.raises(InputError, match=f"nothing can be known yet; give {date.today()} or one before"):
        freeze_case(known, date.today() + timedelta(days=1), tmp_path / "case")
    with pytest.raises(InputError, match="nothing of the case was known before 2022-01-05"):
        freeze_case(known, "2022-01-04", tmp_path / "case")
    assert list(tmp_path.iterdir()) == []


def with_union(folder):
    """The small case, whose members' sources can be dated apart."""
    copy_case("small", folder)
    path = folder / "sources.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    key = lines[1].split(",", 1)[0]
    lines[1] = f"{key},A,,http://a.org,2019-01-01,,"
    path.write_text("\n".join([*lines, "late,A,,http://a.org/late,2022-01-01,,"]) + "\n", encoding="utf-8")
    return key


def known_later(folder, key, *countries):
    path = folder / "union/memberships.csv"
    rows = [*csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))]
    for row in rows:
        row["source"] = "late" if row["country"] in countries else key
    pd.DataFrame(rows).to_csv(path, index=False)
    return [row["country"] for row in rows]


def test_a_union_whose_members_were_not_known_is_none_and_the_way_to_have_it_is_told(tmp_path):
    key = with_union(tmp_path / "case")
    members = known_later(tmp_path / "case", key, *open_case("small").table("memberships")["country"])
    made = freeze_case(tmp_path / "case", "2020-01-01", tmp_path / "frozen")
    assert members
    assert open_case(made.folder).union_agreement is None
    assert made.notes[-1] == "to have the union in it, take who belongs to it as it is: --keep agreements,memberships"
    whole = freeze_case(tmp_path / "case", "2020-01-01", tmp_path / "whole", keep=["agreements", "memberships"])
    assert open_case(whole.folder).union_agreement == open_case("small").union_agreement
    assert not [note for note in whole.notes if "union" in note]


def test_what_names_a_member_that_was_not_known_goes_with_it(tmp_path):
    key = with_union(tmp_path / "case")
    barriers = open_case(tmp_path / "case").table("barriers")
    lost = str(barriers["imposing"].iloc[0])
    known_later(tmp_path / "case", key, lost)
    made = freeze_case(tmp_path / "case", "2021-12-31", tmp_path / "frozen")
    reasons = made.left_out[made.left_out["table"] == "barriers"]["reason"]
    assert f"names the member '{lost}', whose membership is left out" in set(reasons)
    assert open_case(made.folder).union_agreement is not None


def test_without_an_economy_no_scenario_holds(tmp_path):
    def judge(_folder):
        raise AssertionError("nobody need be asked")

    copy_case("small", tmp_path / "case")
    made = freeze_case(tmp_path / "case", date.today(), tmp_path / "frozen", without=["production"], judge=judge)
    assert not (made.folder / "scenarios").exists()
    assert set(made.scenarios["reason"]) == {"it runs on an economy, and there is no table production"}


def test_bad_requests_are_refused_and_nothing_is_made(known, tmp_path):
    for day in ("2022-13-01", "yesterday", "2022-06", ""):
        with pytest.raises(InputError, match="give a day such as 2022-03-28"):
            freeze_case(known, day, tmp_path / "case")
    with pytest.raises(UnknownNameError, match="did you mean 'goods'"):
        freeze_case(known, DAY, tmp_path / "case", keep=["good"])
    with pytest.raises(UnknownNameError, match="no case"):
        freeze_case("nowhere", DAY, tmp_path / "case")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="not an empty folder"):
        freeze_case(known, DAY, tmp_path / "full")
    assert [p.name for p in tmp_path.rglob("*")] == ["full", "x"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-03-28", "2022-03-28"), ("2022-02", "2022-02-28"), ("2024-02", "2024-02-29"), ("2022", "2022-12-31"),
        ("2023-01/02", "2023-02-28"), ("2024-25", "2025-12-31"), ("2022-03-28 (event 23 Mar)", "2022-03-28"),
        ("2023+", "2023-12-31"), ("2024-03 (approx.)", "2024-03-31"), ("n/d", None), ("", None), (None, None),
        ("n/d (c.2014-16)", None), ("2022-02-30", "2022-02-28"), ("2022-13-05", "2022-12-31"),
        ("2022-12/01", "2023-01-31"), ("20225", None), ("0000", None),
    ],
)  # fmt: skip
def test_a_partial_date_means_its_last_day(text, day):
    found = last_day(text)
    assert (None if pd.isna(found) else f"{found:%Y-%m-%d}") == day


def test_the_founding_case_can_be_frozen(tmp_path):
    """Of 2024 without the economy, whose base was published later: whole, and nothing in it from after the day."""
    made = freeze_case(
        "eurasia", "2024-12-31", tmp_path / "case", without=["economy"], keep=["nodes", "links", "routes"]
    )
    case = open_case(made.folder)
    assert "trade" not in case.tables
    assert (case.table("barrier_events")["recorded"] <= pd.Timestamp("2024-12-31")).all()
    assert (case.table("hindcast_inputs")["known_on"] <= pd.Timestamp("2024-12-31")).all()
    dated = case.sources.set_index("key")["date"].map(last_day)
    for name in ("link_figures", "node_figures", "volumes", "prices", "agreements", "statements"):
        reported = case.tables[name][case.tables[name]["confidence"] == "reported"]
        for cell in reported["source"]:
            days = [dated[key.strip()] for key in cell.split(";")]
            assert not min(days) > pd.Timestamp("2024-12-31"), (name, cell)
    assert made.left_out["reason"].str.len().gt(0).all()

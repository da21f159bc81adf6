"""A schema that cannot be judged by is refused before any row is read, and says which declaration it is."""

import json

import pytest

from zollverein.case import check_case, copy_case


@pytest.fixture
def folder(tmp_path):
    return copy_case("small", tmp_path / "mine")


def changed(folder, table, change):
    path = folder / "schemas" / f"{table}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    change(schema, {field["name"]: field for field in schema["fields"]})
    path.write_text(json.dumps(schema), encoding="utf-8")
    return [str(fault) for fault in check_case(folder)]


def constraint(column, name, value):
    return lambda _schema, fields: fields[column].setdefault("constraints", {}).update({name: value})


def ours(**rules):
    return lambda schema, _fields: schema.setdefault("x-zollverein", {}).update(rules)


def of_field(column, **rules):
    return lambda _schema, fields: fields[column].setdefault("x-zollverein", {}).update(rules)


def key(columns, table, referenced):
    reference = {"fields": columns, "reference": {"resource": table, "fields": referenced}}
    return lambda schema, _fields: schema.update(foreignKeys=[reference])


WRONG = {
    "a pattern that is none": ("routes", constraint("route", "pattern", "["), "column route: constraint 'pattern' is '['"),
    "a pattern that is no text": ("routes", constraint("route", "pattern", 3), "constraint 'pattern' is 3"),
    "an enum that is no list": ("routes", constraint("route", "enum", "bay"), "constraint 'enum' is 'bay'; allowed: a list"),
    "an empty enum": ("routes", constraint("route", "enum", []), "constraint 'enum' is []"),
    "a bound as text": ("trade", constraint("value_usd_million", "minimum", "0"), "constraint 'minimum' is '0'; allowed: a number"),
    "a bound on text": ("routes", constraint("name", "maximum", 3), "drop it: the column's type is string"),
    "required as text": ("routes", constraint("name", "required", "yes"), "constraint 'required' is 'yes'"),
    "a constraint that is none": ("routes", constraint("name", "minLength", 3), "constraint 'minLength'"),
    "a type that is none": ("trade", lambda _s, f: f["sector"].update(type="strng"), "type 'strng'; allowed: string"),
    "a field twice": ("routes", lambda s, f: s["fields"].append(f["name"]), "column name: the field stands twice"),
    "a sum over text": ("routes", ours(adds_to_one=[{"column": "name", "by": ["route"]}]), "rule 'adds_to_one' on a column of type 'string'"),
    "a balance over text": ("routes", ours(balances=[{"parts": ["name"], "total": "route", "tolerance": 0}]), "rule 'balances' on"),
    "an order of text": ("routes", ours(ordered=[["name", "route"]]), "rule 'ordered' on a column of type 'string'"),
    "an order of two types": ("agreements", lambda s, f: f["ended"].update(type="integer"), "rule 'ordered' sets date against integer 'ended'"),
    "spans of text": ("routes", ours(no_overlap=[{"from": "name", "to": "route", "by": ["route"]}]), "rule 'no_overlap' on"),
    "a misspelt rule": ("routes", ours(adds_to_on=[]), "'adds_to_on' in x-zollverein; allowed: figure"),
    "a misspelt mark": ("trade", of_field("exporter", contry=True), "did you mean 'country'?"),
    "marks that are no mapping": ("routes", lambda _s, f: f["name"].update({"x-zollverein": [1]}), "not a Table Schema"),
    "a reference to no table": ("links", of_field("from_node", foreign="nods.node"), "refers to table 'nods', which the case does not list"),
    "a reference to no column": ("links", of_field("from_node", foreign="nodes.nod"), "refers to 'nodes.nod', which is no field"),
    "a reference without a column": ("links", of_field("from_node", foreign="nodes"), "foreign 'nodes'; allowed: table.column"),
    "a foreign key to no table": ("links", key("from_node", "nods", "node"), "did you mean 'nodes'?"),
    "a foreign key to no column": ("links", key("from_node", "nodes", "nod"), "refers to 'nodes.nod'"),
    "a foreign key of no column": ("links", key("from", "nodes", "node"), "rule 'foreignKeys' names a column that is not a field"),
    "a foreign key of unequal sides": ("links", key(["from_node", "to_node"], "nodes", ["node"]), "a foreign key of 2 fields that names 1 of 'nodes'"),
    "a rule without its parts": ("routes", ours(adds_to_one=[{"column": "name"}]), "a part without its key 'by'"),
    "a rule on no column": ("routes", ours(preferred_per=["rout"]), "rule 'preferred_per' names a column that is not a field"),
    "no fields": ("routes", lambda s, _f: s.pop("fields"), "a part without its key 'fields'"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_declaration_is_told_with_its_file(folder, name):
    table, change, said = WRONG[name]
    faults = changed(folder, table, change)
    assert any(said in fault and fault.startswith(f"schemas/{table}.json") for fault in faults), faults


def test_a_foreign_key_that_holds_is_no_fault_and_one_that_does_not_names_the_row(folder):
    assert changed(folder, "links", key("from_node", "nodes", "node")) == []
    path = folder / "corridor" / "links.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",hub,bay-port", ",hubb,bay-port"), encoding="utf-8")
    assert any("row 3, column from_node: 'hubb'" in str(fault) for fault in check_case(folder))


@pytest.mark.parametrize("name", ["", 3, None])
def test_a_resource_has_a_name_that_is_text(folder, name):
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"][0]["name"] = name
    path.write_text(json.dumps(package), encoding="utf-8")
    assert any("resource 1 lacks" in str(fault) for fault in check_case(folder))

"""A union small enough to reckon by hand: AAA and BBB bound deeper, CCC and DDD by the common treaty alone."""

import pandas as pd

from zollverein.union import Union

COUNTRIES = ("AAA", "BBB", "CCC", "DDD")


def table(rows, columns):
    return pd.DataFrame([(*row, *(None,) * (len(columns) - len(row))) for row in rows], columns=list(columns))


def barrier(name="b1", imposing="AAA", affected="CCC", chapters="all", mast="E", kind="barrier", freedom="goods",
            principle="equality"):  # fmt: skip
    return (name, imposing, affected, chapters, mast, kind, freedom, principle, "press", "reported")


def event(name="b1-1", of="b1", happened="2016-01-01", recorded="2016-01-01", status="confirmed", remaining=None,
          source="press"):  # fmt: skip
    return (name, of, happened, recorded, status, remaining, source, "reported")


def tables(barriers=(), events=(), memberships=(), provisions=(), agreements=(), wedges=(), promises=(), **more):
    return {
        "agreements": table(
            [("u", "2015-01-01"), ("inner", "2000-01-01"), *agreements], ("agreement", "in_force", "ended")
        ),
        "memberships": table(
            [
                *(("u", c, None, "2015-01-01", None, "member") for c in COUNTRIES),
                *(("inner", c, None, "2000-01-01", None, "member") for c in ("AAA", "BBB")),
                *memberships,
            ],
            ("agreement", "country", "side", "valid_from", "valid_to", "status", "share", "dimension"),
        ),
        "provisions": table(
            [("u", "goods", 0.8), ("u", "labour", 0.4), ("inner", "goods", 0.9), ("inner", "military", 0.6),
             *provisions],
            ("agreement", "dimension", "degree"),
        ),
        "promises": table(
            [("u", "goods", "freedom", 1.0), ("u", "equality", "principle", 1.0), *promises],
            ("agreement", "promise", "kind", "promised"),
        ),
        "barriers": table(
            barriers,
            ("barrier", "imposing", "affected", "hs_chapters", "mast_chapter", "kind", "freedom", "principle", "source",
             "confidence"),
        ),
        "events": table(
            events, ("event", "barrier", "happened", "recorded", "status", "remaining", "source", "confidence")
        ),
        "wedges": table(
            [("u", a, b, None, 0.1, 0.2, 0.3) for a in ("AAA", "BBB") for b in ("AAA", "BBB") if a != b] + list(wedges),
            ("union", "exporter", "importer", "sector", "ad_valorem_low", "ad_valorem", "ad_valorem_high"),
        ),
        **more,
    }  # fmt: skip


def union(**changes):
    return Union.from_tables("u", **tables(**changes))

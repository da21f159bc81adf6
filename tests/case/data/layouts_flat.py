"""Small files in the layouts of publishers' plain files: their columns, order, quotation marks and line ends.

The figures are made up; the layouts are the publishers', as their documentation and users' programs show them.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

ITPD_R02 = (
    "exporter_iso3,exporter_dynamic_code,exporter_name,importer_iso3,importer_dynamic_code,importer_name,year,"
    "industry_id,industry_descr,broad_sector,trade,flag_mirror,flag_zero"
)
ITPD_R03 = ITPD_R02.replace("_dynamic_code", "_iso3_dynamic")
NAMES = {"KAZ": "Kazakhstan", "DEU": "Germany", "KOR": "Korea, South", "USA": "United States"}
COMTRADE = (
    "typeCode freqCode refPeriodId refYear refMonth period reporterCode flowCode partnerCode partner2Code "
    "classificationCode classificationSearchCode isOriginalClassification cmdCode aggrLevel isLeaf customsCode mosCode "
    "motCode qtyUnitCode qty isQtyEstimated altQtyUnitCode altQty isAltQtyEstimated netWgt isNetWgtEstimated grossWgt "
    "isGrossWgtEstimated CIFValue FOBValue primaryValue legacyEstimationFlag isReported isAggregate"
).split()


def itpd_row(
    exporter: str, importer: str, year: int, industry: int, trade: str, mirror: int = 0, zero: str = "p"
) -> str:
    cells = [exporter, f"{exporter}.1", f'"{NAMES[exporter]}"', importer, f"{importer}.1", f'"{NAMES[importer]}"']
    return ",".join(
        [*cells, f"{year},{industry}", '"Crude oil, natural gas",Mining and Energy', f"{trade},{mirror},{zero}"]
    )


ITPD_ROWS = (
    itpd_row("KAZ", "DEU", 2018, 30, "10.5"),
    itpd_row("KAZ", "DEU", 2019, 30, "20.25"),
    itpd_row("KAZ", "KOR", 2019, 30, "4", mirror=1),
    itpd_row("DEU", "KAZ", 2019, 101, "8"),
    itpd_row("DEU", "DEU", 2019, 101, "1000"),
    itpd_row("USA", "KAZ", 2019, 101, "2.125"),
    itpd_row("USA", "KOR", 2019, 30, "0", zero="r"),
    itpd_row("KOR", "USA", 2019, 30, "0", zero="u"),
)


def write(path: Path, lines: Iterable[str], end: str = "\n", encoding: str = "utf-8") -> Path:
    path.write_bytes("".join(line + end for line in lines).encode(encoding))
    return path


def itpd(folder: Path, rows: Sequence[str] = ITPD_ROWS, header: str = ITPD_R02, name: str = "ITPD_E_R02.csv") -> Path:
    return write(folder / name, [header, *rows])


def zipped(path: Path, files: Iterable[Path]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return path


BACI_2021 = (
    "2021,276,398,010121,1000.000,12.500",
    "2021,276,398,870323,2500.500,          NA",
    "2021,398,276,270900,40000.000,80000.000",
    "2021,398,410,270900,10000.000,NA",
    "2021,842,490,870323,7.000,1.000",
)
BACI_CODES = (
    "country_code,country_name,country_iso2,country_iso3",
    "276,Germany,DE,DEU",
    "398,Kazakhstan,KZ,KAZ",
    "410,Rep. of Korea,KR,KOR",
    '490,"Other Asia, nes",N/A,S19',
    "516,Namibia,NA,NAM",
    "842,USA,US,USA",
)


def baci(folder: Path, rows: Sequence[str] = BACI_2021, year: int = 2021, version: str = "202501") -> Path:
    write(folder / f"country_codes_V{version}.csv", BACI_CODES)
    return write(folder / f"BACI_HS17_Y{year}_V{version}.csv", ["t,i,j,k,v,q", *rows], end="\r\n")


def comtrade_row(values: Mapping[str, object]) -> str:
    given = {
        "typeCode": "C", "freqCode": "A", "refYear": 2021, "refMonth": 52, "period": 2021, "refPeriodId": 20210101,
        "partner2Code": 0, "classificationCode": "H5", "classificationSearchCode": "HS", "aggrLevel": 6,
        "isOriginalClassification": 1, "customsCode": "C00", "mosCode": 0, "motCode": 0, "qtyUnitCode": -1,
        "legacyEstimationFlag": 0, "isReported": 0, "isAggregate": 1,
    }  # fmt: skip
    return "\t".join(str({**given, **values}.get(name, "")) for name in COMTRADE)


def exports(reporter: int, partner: int, product: str, value: float, **more: object) -> str:
    row = {"reporterCode": reporter, "partnerCode": partner, "cmdCode": product, "flowCode": "X"}
    return comtrade_row({**row, "FOBValue": value, "primaryValue": value, **more})


def imports(reporter: int, partner: int, product: str, value: float, **more: object) -> str:
    row = {"reporterCode": reporter, "partnerCode": partner, "cmdCode": product, "flowCode": "M"}
    return comtrade_row({**row, "CIFValue": value, "primaryValue": value, **more})


COMTRADE_KAZ = (
    exports(398, 0, "TOTAL", 50e6, aggrLevel=0),
    exports(398, 0, "27", 50e6, aggrLevel=2),
    exports(398, 0, "270900", 50e6),
    exports(398, 276, "27", 40e6, aggrLevel=2),
    exports(398, 276, "270900", 40e6),
    exports(398, 276, "270900", 30e6, motCode=2100),
    exports(398, 276, "270900", 10e6, motCode=9000),
    exports(398, 276, "270900", 40e6, customsCode="C01"),
    exports(398, 276, "270900", 15e6, partner2Code=410),
    exports(398, 410, "270900", 10e6),
    exports(398, 97, "270900", 40e6),
    comtrade_row({"reporterCode": 398, "partnerCode": 276, "cmdCode": "270900", "flowCode": "RX", "primaryValue": 1e6}),
    imports(398, 0, "870323", 3e6),
    imports(398, 276, "870323", 2.5e6),
    imports(398, 410, "870323", 0.5e6, CIFValue="", FOBValue=0.5e6),
)


def comtrade(
    folder: Path, rows: Sequence[str] = COMTRADE_KAZ, name: str = "COMTRADE-FINAL-CA3982021H5[2023-01-03].txt"
) -> Path:
    return write(folder / name, ["\t".join(COMTRADE), *rows])


def comtrade_codes(folder: Path) -> dict[str, Path]:
    """UN Comtrade's two files of areas."""
    areas = [(0, "W00", True), (97, "EUR", True), (276, "DEU", False), (398, "KAZ", False), (410, "KOR", False)]
    out = {}
    for side, key, name in (("reporters", "reporter", "Reporters.json"), ("partners", "Partner", "partnerAreas.json")):
        rows = [
            {
                "id": code,
                "text": iso,
                f"{key}Code": code,
                f"{key}Desc": iso,
                f"{key}CodeIsoAlpha3": iso,
                "isGroup": group,
            }
            for code, iso, group in areas
        ]
        out[side] = folder / name
        out[side].write_text(json.dumps({"more": False, "results": rows}), encoding="utf-8-sig")
    return out


def concordance(*pairs: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["source", "target", "weight"])

"""Draw the picture of the README: the map of a scenario's flows, as the report draws it.

tools/picture.py SCENARIO FILE.png
"""

import sys
from pathlib import Path

import vl_convert

import zollverein as zv
from zollverein import report

SCALE = 1.6
WIDTH = 1040


def main(scenario: str, path: str) -> int:
    """Run the scenario and write the picture."""
    chart = report.flow_map(zv.run(scenario), "change").properties(width=WIDTH, background="#ffffff")
    picture = vl_convert.vegalite_to_png(chart.to_json(), scale=SCALE)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(picture)
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

"""What somebody does to a case's table with an editor."""

from pathlib import Path

import pandas as pd


def edit(folder: Path, table: str, row: int, column: str, value: str) -> None:
    """Write one cell of a table of the economy; rows are counted from 0, below the header."""
    path = folder / "economy" / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[row, column] = value
    frame.to_csv(path, index=False)

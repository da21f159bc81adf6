"""A dataset as a row of a case's table of sources."""

from __future__ import annotations

from datetime import UTC, datetime

from zollverein.case.data.dataset import Dataset

__all__ = ["source_row"]


def source_row(about: Dataset, year: int) -> dict[str, str]:
    """Return key, publisher, title, url, date, retrieved and licence of one year of a dataset; retrieved is today."""
    return {
        "key": about.name,
        "publisher": about.publisher,
        "title": f"{about.title}, {year}",
        "url": about.page,
        "date": "",
        "retrieved": f"{datetime.now(UTC):%Y-%m-%d}",
        "licence": about.licence,
    }

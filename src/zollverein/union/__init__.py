"""What was promised and what is done: members, barriers on record, and what they cost trade."""

from zollverein.union.members import Union

__all__ = ["Union"]

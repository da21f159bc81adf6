"""The commands behind `zollverein`."""

"""zollverein stress-tests an economic union and its export corridors."""

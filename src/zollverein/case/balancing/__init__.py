"""A consistent base from partial, conflicting and uncertain figures, with a report of what moved."""

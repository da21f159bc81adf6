"""From one classification to another: explicit weights, totals conserved and shown."""

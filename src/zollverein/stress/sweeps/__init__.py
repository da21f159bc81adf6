"""Many stress tests: planned, drawn, answered on many cores or machines, kept, and summed up."""

"""From adapted and balanced data to the folder of a case."""

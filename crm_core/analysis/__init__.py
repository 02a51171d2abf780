"""What needs more than SQL: intervals, survival curves, normal variation."""

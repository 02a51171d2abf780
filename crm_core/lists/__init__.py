"""Target lists: who is on them, what is told of each customer."""

"""What the numbers say: the facts of a page's answer, whether they are unusual, and their sentence in words."""

"""The commands of the command line, a module for each group, so that a command loads only what it needs."""

"""The sample shop's files, in the layouts of real exports (docs/formats.md)."""

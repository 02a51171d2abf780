"""Huike's core: files in, numbers and lists out. It runs without any user interface installed."""

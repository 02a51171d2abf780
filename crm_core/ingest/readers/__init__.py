"""What runs in the reading child process: containers, encodings, delimited text, spreadsheets, layout.

Nothing here imports streamlit, pandas or duckdb: the child starts for every file, and starts fast.
"""

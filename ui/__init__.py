"""The parts that pages are built of: the only package besides the pages that imports Streamlit."""

"""Charts: readings and tables in, Plotly figures and their words out. Nothing here computes a metric."""

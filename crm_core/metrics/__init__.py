"""Every number of the product: what it means, and what it is."""

"""rtb over HTTP: publishers who ping, and outside bidders who look at their own."""

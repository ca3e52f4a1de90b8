"""HTTP to questions: a file for each noun, a few lines for each route."""

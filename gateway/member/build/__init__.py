"""Making the cubes that answer: previews, growth, figures published elsewhere."""

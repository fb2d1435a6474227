"""The making of cubes: previews, growth, figures published elsewhere."""

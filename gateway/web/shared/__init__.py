"""The common parts of all pages: layout, forms, languages, sign-in."""

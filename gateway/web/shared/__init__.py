"""What all pages share: layout, forms, languages, sign-in."""

"""All releases of one data set over the years, certified together."""

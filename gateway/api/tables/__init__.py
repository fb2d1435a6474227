"""Ready-made questions as tables of protocols of others: PxWeb API 2.0 and SDMX REST 2.x."""

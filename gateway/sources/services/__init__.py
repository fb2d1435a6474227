"""Registers that other programs serve over HTTP: KoboToolbox, ODK Central, ArcGIS, DHIS2."""

"""Opening a source: CSV, workbook, database, upload."""

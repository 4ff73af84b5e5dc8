"""What leaves the office: the one-page report on gaps, as PDF, page and workbook."""

"""One reader for every table that is handed in (CSV, TSV, Excel) and one writer for CSV.

Reading::

    file = read_input(path)                          # app.documents.input_file: bytes and SHA-256, read once
    table = read_table(file, {"name": ("路線名", "路線"), "lon": ("経度",), "lat": ("緯度",)}, required=["name"])
    for row in table.rows():
        if row.fault:                                # too few or too many fields, in words
            …
        row.text("name")                             # stripped; row.cells["name"] is sign by sign what stands there
        table.where(row, "lon")                      # 'FILE, row 3 (line 5), column C (経度)'
    table.heading("length_m").unit                   # 'km' of 「延長(km)」, '' where none stands in brackets
    set(table.names) - set(COLUMNS)                  # columns that nobody asked for
    table.frame()                                    # all rows as a pandas frame of texts

Every cell is text: whole numbers of a workbook have no point (32085), days and hours are ISO 8601
(`app.documents.dates` reads these and every form that offices write). Whatever cannot be read is an `InputError` of
one sentence: another encoding, a formula without a stored result, a fault such as #N/A, two sheets with the same table,
a required column that is missing.

`to_number(text)` and `to_numbers(column)` read 4,315 and １２; what is no number is NaN.

Writing: `write_csv(columns, rows)`; its texts come back from `read_table` sign by sign. `decode(content)` is for text
that is no table (GeoJSON).
"""

from app.tables.decode import decode
from app.tables.numbers import to_number, to_numbers
from app.tables.read_table import Row, Table, read_table
from app.tables.write_csv import write_csv

__all__ = ["Row", "Table", "decode", "read_table", "to_number", "to_numbers", "write_csv"]

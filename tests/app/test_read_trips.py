"""Driving logs keep their rows, whatever program saved them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from app.roads.read_trips import COLUMNS, read_trips


@pytest.mark.parametrize(
    ("departure", "minutes"),
    [
        *(
            ("2026/5/12 9:30", "0:14"),
            ("2026/05/12 09:30:00", "14"),
            ("2026/5/12 午前9:30", "14分"),
            ("46154.3958333", "14.0"),
        ),
        *(("2026/5/12 9:30:00 AM", "0:14:00"), ("令和8年5月12日 9時30分", "14")),
    ],
)
def test_a_log_saved_by_a_spreadsheet_keeps_its_rows(tmp_path: Path, departure: str, minutes: str) -> None:
    head = "出発経度,出発緯度,到着経度,到着緯度,出発日時,所要時間（分）"
    rows = [
        f"141.5334,39.328,141.4756,39.3021,{departure},{minutes}",
        "141.5,39.3,141.6,39.3,5/12/2026 9:30,5",
        "1,2,3,4,5,6,7",
    ]
    path = tmp_path / "t.csv"
    path.write_text("\n".join([head, *rows]), encoding="cp932")
    trips, faults = read_trips(path)
    assert [(trip.row, trip.departure.isoformat(), trip.seconds) for trip in trips] == [
        (1, "2026-05-12T09:30:00+09:00", 840.0)
    ]
    assert [(fault.row, fault.reason) for fault in faults] == [(2, "no_departure"), (3, "fields")]


def test_a_log_kept_in_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["公用車の運転日報"])
    book.active.append(list(COLUMNS))
    moment = datetime.fromisoformat("2026-05-12T09:30")
    for minutes in (14, time(0, 14), timedelta(minutes=14)):
        book.active.append([141.5334, 39.328, 141.4756, 39.3021, moment, minutes])
    book.save(tmp_path / "t.xlsx")
    trips, faults = read_trips(tmp_path / "t.xlsx")
    assert faults == []
    assert {(trip.departure.isoformat(), trip.seconds) for trip in trips} == {("2026-05-12T09:30:00+09:00", 840.0)}
    assert [trip.row for trip in trips] == [1, 2, 3]

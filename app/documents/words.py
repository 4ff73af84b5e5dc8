"""Words that pages, files and commands share: one file, read here and by `static/js/kit/words.js`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("words.json")
WORDS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))

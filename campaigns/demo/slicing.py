"""Cuts the demo's slice out of the full Online Retail file.

    python -m campaigns.demo.slicing online_retail.csv.gz

The full file is at the UCI Machine Learning Repository (https://archive.ics.uci.edu/dataset/352):
saved as CSV in UTF-8 with its eight columns and dates as 2010-12-01 08:26:00. The rule:
of the customers with at most 150 lines, the first 1,650 in the order of a hash of their number, all
their lines, in the order of the file. The same file gives the same bytes.
"""

import csv
import gzip
import io
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from campaigns.demo.picks import shuffled

SLICE: Final = Path(__file__).parent / "online_retail_slice.csv.gz"
MOST_LINES, CUSTOMERS = 150, 1_650
_CUSTOMER: Final = "CustomerID"


def cut(full: Path, target: Path = SLICE) -> int:
    """Write the slice; returns its number of lines without the header."""
    with gzip.open(full, "rt", encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    column = header.index(_CUSTOMER)
    lines = Counter(row[column] for row in rows if row[column])
    small = [customer for customer, count in lines.items() if count <= MOST_LINES]
    chosen = set(shuffled(small, "slice")[:CUSTOMERS])
    kept = [row for row in rows if row[column] in chosen]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *kept])
    target.write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0))
    return len(kept)


if __name__ == "__main__":
    sys.stdout.write(f"{cut(Path(sys.argv[1])):,} lines in {SLICE.name}\n")

"""Write the generated pages of docs/: ``python docs/make.py``."""

from __future__ import annotations

from pathlib import Path

from learnlake.lake.catalogue import catalogue
from learnlake.lake.page import tables_page
from learnlake.pipeline import SECTIONS
from learnlake.settings import load

DOCS = Path(__file__).parent


def pages() -> dict[str, str]:
    """Return each generated page by the name of its file; the shipped conf, with the sources of all platforms."""
    conf = load(DOCS.parent / "conf", "local", SECTIONS)
    return {"tables.md": tables_page(catalogue(conf))}


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")

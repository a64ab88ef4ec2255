"""A page as a tagged PDF: its headings, lists and tables can be walked by a screen reader.

WeasyPrint needs Pango, a library of the operating system. Where that is absent, pages offer their
print view and say so (decisions 3).
"""

from functools import cache
from importlib import import_module

VARIANT = "pdf/ua-1"


@cache
def is_available() -> bool:
    try:
        import_module("weasyprint")
    except (ImportError, OSError):
        return False
    return True


def pdf(html: str) -> bytes:
    """Return the document as PDF. Nothing is fetched for it, from files or from elsewhere."""
    weasyprint = import_module("weasyprint")
    nothing = import_module("weasyprint.urls").URLFetcher(allowed_protocols=())
    document = weasyprint.HTML(string=html, url_fetcher=nothing)
    made: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_tags=True)
    return made

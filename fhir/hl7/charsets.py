"""In which character set a message is written: as it says, as its feed says, as its bytes show."""

import codecs
from collections.abc import Iterator

# What MSH-18 says (HL7 table 0211) → the codec that reads it. Senders that declare 8859/1 write
# Windows' punctuation, so it is read as its superset; plain UNICODE has never meant anything else.
_CODECS = {
    "": "",
    "ASCII": "ascii",
    "8859/1": "cp1252",
    "8859/2": "iso8859_2",
    "8859/9": "iso8859_9",
    "8859/15": "iso8859_15",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "ISO-8859-1": "cp1252",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
}
_PIECE = 1 << 20


def is_known(name: str) -> bool:
    """Whether a feed may be registered with this character set."""
    return name.upper() in _CODECS


def chosen_charset(raw: bytes, declared: str, feed: str) -> tuple[str, list[str]]:
    """Return the codec that reads all of `raw`, and what had to be guessed."""
    said, known = _CODECS.get(declared.upper(), ""), _CODECS.get(feed.upper(), "")
    if raw.isascii():
        return said or known or "utf-8", []
    warnings = [] if said or not declared else ["MSH-18: unknown character set"]
    if declared.upper() == "UNICODE":
        warnings.append("MSH-18: UNICODE is read as UTF-8")
    for codec in filter(None, (said, known, "utf-8", "cp1252", "latin-1")):
        if _reads(raw, codec):
            if codec != (said or known or "utf-8"):
                warnings.append(f"MSH-18: the bytes are not in it; read as {codec}")
            return codec, warnings
    raise AssertionError  # latin-1 reads anything


def _reads(raw: bytes, codec: str) -> bool:
    # In pieces, so that a large document is never held a second time as text.
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for piece in _pieces(raw):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(raw: bytes) -> Iterator[memoryview]:
    view = memoryview(raw)
    for start in range(0, len(raw), _PIECE):
        yield view[start : start + _PIECE]

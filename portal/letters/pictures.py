"""How large a picture would be once unpacked, read from its first bytes; nothing is unpacked."""

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
# Markers of JPEG that begin a frame (ITU T.81, table B.1), and those without a length.
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


def pixels(content: bytes) -> int | None:
    """Return width times height of a PNG or JPEG, or None where it is neither or is broken."""
    if content.startswith(PNG):
        return _png(content)
    return _jpeg(content) if content.startswith(JPEG) else None


def _png(content: bytes) -> int | None:
    if content[12:16] != b"IHDR" or len(content) < len(PNG) + 25:
        return None
    return _product(content[16:20], content[20:24])


def _jpeg(content: bytes) -> int | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004 (a marker)
        marker = content[at + 1]
        if marker in _FRAMES:
            return _product(content[at + 5 : at + 7], content[at + 7 : at + 9])
        if marker in _BARE or marker == 0xFF:  # noqa: PLR2004 (padding)
            at += 1 if marker == 0xFF else 2  # noqa: PLR2004
            continue
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def _product(first: bytes, second: bytes) -> int | None:
    return int.from_bytes(first, "big") * int.from_bytes(second, "big") or None

"""MLLP frames out of a stream of bytes: VT, a message, FS and usually CR."""

from typing import Final

START: Final = b"\x0b"
END: Final = b"\x1c"
MESSAGE_LIMIT: Final = 64 * 2**20

# What may stand between frames.
_IDLE: Final = b"\r\n\x00 "


class NotFramed(Exception):
    """What comes is not MLLP."""


class TooLarge(Exception):
    """The message is longer than the limit; `start` is enough of it to answer."""

    def __init__(self, start: bytes) -> None:
        super().__init__("the message is too large")
        self.start = start


def framed(message: bytes) -> bytes:
    return START + message + END + b"\r"


class Frames:
    """Collects what arrives and gives out whole messages, as they came and in order."""

    def __init__(self, limit: int = MESSAGE_LIMIT) -> None:
        self._limit = limit
        self._held = bytearray()
        self._searched = 0

    @property
    def held(self) -> int:
        """How many bytes are held that have not been given out."""
        return len(self._held)

    def receive(self, data: bytes) -> None:
        """Take in what arrived."""
        self._held += data

    def next(self) -> bytes | None:
        """Give out the next message, if it is whole.

        :raises NotFramed: something other than a frame begins.
        :raises TooLarge: a message passes the limit.
        """
        self._skip_idle()
        end = self._held.find(END, self._searched)
        if (end if end >= 0 else len(self._held)) > self._limit + len(START):
            raise TooLarge(bytes(self._held[1:_ENOUGH]))
        if end < 0:
            self._searched = len(self._held)
            return None
        # A sender that began anew never finished what stands before the last start.
        start = self._held.rfind(START, 0, end)
        message = bytes(memoryview(self._held)[start + 1 : end])
        del self._held[: end + 2 if self._held.startswith(b"\r", end + 1) else end + 1]
        self._searched = 0
        return message

    def _skip_idle(self) -> None:
        if not self._held or self._held[:1] == START:
            return
        self._held = self._held.lstrip(_IDLE)
        self._searched = 0
        if self._held and self._held[:1] != START:
            raise NotFramed


_ENOUGH: Final = 4096

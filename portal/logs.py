"""Log lines as JSON, one object a line. No clinical detail belongs in any of them."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Final

# The secret part of an address that opens something without a sign-in.
_SECRET: Final = re.compile(r"(/calendar/|/password/reset/key/)[^/\s]+")


class Unsecret(logging.Filter):
    """Leaves out of addresses what opens them: Django logs those at which nothing is found."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        masked = _SECRET.sub(r"\1…", said)
        if masked != said:
            record.msg, record.args = masked, ()
        return True


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)

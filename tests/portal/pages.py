"""What a person sees of a page: its words, without markup."""

import html
import re

from django.http import HttpResponse

MARKUP = re.compile(r"<(script|style|svg|title|del)\b.*?</\1>|<[^>]+>", re.DOTALL)


def words(response: HttpResponse) -> str:
    """Return the words of a page in reading order, hidden ones for screen readers too."""
    return " ".join(html.unescape(MARKUP.sub(" ", response.content.decode())).split())


def main(response: HttpResponse) -> str:
    """Return the words of a page without its header and footer."""
    said = re.sub(r" Record( Appointments)? ", " Record ", words(response), count=1)
    return said.partition(" Record ")[2].partition(" In an emergency call 999.")[0]

"""Answers a supervisor, a proxy and whoever draws curves: it lives, it can serve, how it does."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fhir import watch
from portal import clock
from portal.ops import alarms

_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


@require_safe
@never_cache
def lives(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def can_serve(_request: HttpRequest) -> HttpResponse:
    """Tell whether pages can be answered.

    A stopped relay or a silent feed is named and takes no page away: what is in the record can
    still be read, and pages say of themselves that newer results may be missing.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT daybook_now()")
        behind, feeds = watch.backlog(), watch.feeds()
    except Error:
        return HttpResponse("database: no answer\n", status=503, content_type="text/plain")
    now = clock.now()
    # Where time is moved, age tells nothing.
    stopped = behind.audit > watch.STOPPED and not settings.CLOCK_MAY_MOVE
    silent = ", ".join(one.name for one in feeds if one.is_silent(now))
    said = [
        "database: ok",
        f"relay: {'stopped' if stopped else 'ok'}, behind by {int(behind.worst.total_seconds())} s",
        f"feeds: {f'silent: {silent}' if silent else 'ok'}",
        f"ok at {now.isoformat()}",
    ]
    return HttpResponse("".join(f"{line}\n" for line in said), content_type="text/plain")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give figures without a word on anybody, to whoever holds the token for them."""
    _require_token(request)
    return HttpResponse("".join(f"{line}\n" for line in _figures()), content_type=_EXPOSITION)


def _require_token(request: HttpRequest) -> None:
    """Counts that move when a message comes are not for everybody to watch."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not token and settings.IS_PUBLIC:
        raise Http404
    if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise Http404


def _figures() -> Iterator[str]:
    now, behind, feeds = clock.now(), watch.backlog(), watch.feeds()
    yield from _gauge(
        "daybook_relay_behind_seconds",
        "Age of the oldest work that is due",
        [
            ({"work": name}, getattr(behind, name).total_seconds())
            for name in ("changes", "messages", "audit")
        ],
    )
    yield from _gauge(
        "daybook_alarms",
        "What a person must look at",
        [({"kind": alarm.name.lower()}, number) for alarm, number in alarms.counts().items()],
    )
    yield from _gauge(
        "daybook_feed_messages",
        "Messages that are not done, by where they stand",
        [
            ({"feed": one.name, "state": state}, number)
            for one in feeds
            for state, number in sorted(one.standing.items())
        ],
    )
    yield from _gauge(
        "daybook_feed_received_24h",
        "Messages received in the last 24 hours",
        [({"feed": one.name}, sum(one.hours)) for one in feeds],
    )
    yield from _gauge(
        "daybook_feed_silent",
        "1 where a feed has been silent beyond its limit",
        [({"feed": one.name}, int(one.is_silent(now))) for one in feeds],
    )
    yield from _gauge(
        "daybook_feed_last_heard_timestamp_seconds",
        "When a feed was last heard",
        [({"feed": one.name}, one.last_at.timestamp()) for one in feeds if one.last_at],
    )


def _gauge(name: str, told: str, values: list[tuple[dict[str, str], float]]) -> Iterator[str]:
    """Yield one figure as Prometheus reads it; labels are names of ours and of feeds."""
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} gauge"
    for labels, value in values:
        marks = ",".join(f'{key}="{text}"' for key, text in labels.items())
        yield f"{name}{{{marks}}} {value:g}" if value < 1e6 else f"{name}{{{marks}}} {value:.3f}"  # noqa: PLR2004 (where :g would round)

"""Takes away what has run out: a copy after a day, its row and a link's after a month."""

from datetime import datetime, timedelta

from portal.export import places
from portal.export.models import Export, ShareLink

KEPT = timedelta(days=30)


def tidy(now: datetime) -> int:
    """Delete the files of copies that have run out; return how many."""
    over = Export.objects.filter(state=Export.State.READY, expires_at__lte=now)
    for export in over:
        places.remove(export.file)
    count = over.update(state=Export.State.GONE, file="")
    Export.objects.filter(asked_at__lt=now - KEPT).exclude(state__in=Export.UNDER_WAY).delete()
    ShareLink.objects.filter(expires_at__lt=now - KEPT).delete()
    if not Export.objects.filter(state=Export.State.WORKING).exists():
        places.sweep(set(Export.objects.exclude(file="").values_list("file", flat=True)))
    return count

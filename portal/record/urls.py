"""Addresses of the record, below /record/; results and letters have their own."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from portal.record import access_log, browsing, front, search
from portal.record.sections import BROWSED


class SectionKey(StringConverter):
    """The key of a section, so that no other address below /record/ is taken for one."""

    regex = "|".join(section.key for section in BROWSED)


register_converter(SectionKey, "section")

app_name = "record"
urlpatterns = [
    path("", front.front, name="front"),
    path("access-log/", access_log.access_log, name="access-log"),
    path("access-log/list.csv", access_log.access_log_file, name="access-log-file"),
    path("search/", search.search, name="search"),
    path("seen/", browsing.seen_all, name="seen"),
    path("<section:key>/", browsing.section, name="section"),
    path("<section:key>/<str:kind>/<str:item_id>/", browsing.item, name="item"),
]

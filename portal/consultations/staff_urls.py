"""Addresses below /staff/visits/: a clinician's day."""

from django.urls import path

from portal.consultations import interpreter_views, staff_views

urlpatterns = [
    path("", staff_views.visits, name="staff_visits"),
    path("note/", staff_views.note, name="staff_visits_note"),
    path("<uuid:key>/admit/<uuid:party>/", staff_views.admit, name="staff_visit_admit"),
    path("<uuid:key>/out/<uuid:party>/", staff_views.out, name="staff_visit_out"),
    path("<uuid:key>/call/", staff_views.call, name="staff_visit_call"),
    path("<uuid:key>/interpreter/", interpreter_views.interpreter, name="staff_visit_interpreter"),
    path(
        "<uuid:key>/interpreter/<uuid:guest>/end/",
        interpreter_views.end,
        name="staff_visit_interpreter_end",
    ),
    path("<uuid:key>/end/", staff_views.end, name="staff_visit_end"),
    path("<uuid:key>/missed/", staff_views.missed, name="staff_visit_missed"),
]

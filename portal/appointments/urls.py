"""Addresses below /appointments/: what a patient has, and how they book, move and cancel."""

from django.urls import path

from portal.appointments import changing_views, choosing_views, holding_views, views
from portal.appointments.together import choosing_views as together_choosing
from portal.appointments.together import holding_views as together_holding

app_name = "appointments"
urlpatterns = [
    path("", views.appointments, name="list"),
    path("book/", views.without_ticket, name="without-ticket"),
    path("book/<str:ticket>/", choosing_views.choose, name="choose"),
    path("held/<uuid:key>/", holding_views.held, name="held"),
    path("together/<str:ticket>/", together_choosing.choose, name="together"),
    path("together/held/<uuid:batch>/", together_holding.held, name="together-held"),
    path("together/booked/<uuid:batch>/", together_holding.booked, name="together-booked"),
    path("<uuid:key>/booked/", changing_views.booked, name="booked"),
    path("<uuid:key>/letter/", changing_views.letter, name="letter"),
    path("<uuid:key>/change/", changing_views.change, name="change"),
    path("<uuid:key>/move/", choosing_views.move, name="move"),
    path("<uuid:key>/cancel/", changing_views.cancel, name="cancel"),
]

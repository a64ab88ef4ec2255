"""Every address of the service."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from portal.calendars.views import calendar, one_visit
from portal.carers.views import leave
from portal.drafts.views import save
from portal.home import home
from portal.ops import health
from portal.privacy.views import why

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.lives),
    path("readyz", health.can_serve),
    path("metrics", health.metrics),
    path("", home, name="home"),
    path("appointments/<str:key>/appointment.ics", one_visit, name="visit-file"),
    path("appointments/", include("portal.offers.urls")),
    path("appointments/", include("portal.appointments.urls")),
    path("appointments/", include("portal.beforehand.urls")),
    path("appointments/", include("portal.consultations.urls")),
    path("appointments/", include("portal.pifu.urls")),
    path("calendar/<str:token>.ics", calendar, name="calendar"),
    path("record/download/", include("portal.export.urls")),
    path("record/share/", include("portal.export.share_urls")),
    path("guest/", include("portal.consultations.guest_urls")),
    path("shared/", include("portal.export.shared_urls")),
    path("record/letters/", include("portal.letters.urls")),
    path("record/access-log/why/<str:line>/", why, name="why"),
    path("record/", include("portal.record.urls")),
    path("record/results/", include("portal.results.urls")),
    path("account/calendar/", include("portal.calendars.urls")),
    path("account/needs/", include("portal.needs.urls")),
    path("account/notices/", include("portal.notices.urls")),
    path("account/people/", include("portal.carers.urls")),
    path("account/drafts/", save, name="drafts"),
    path("account/leave/", leave, name="leave"),
    path("account/", include("portal.identity.urls")),
    # Short enough to be typed from a slip of paper.
    path("start", RedirectView.as_view(pattern_name="account_activate"), name="start"),
    path("staff/", include("portal.identity.staff_urls")),
    path("staff/", include("portal.carers.staff_urls")),
    path("staff/clinics/", include("portal.clinics.urls")),
    path("staff/follow-ups/", include("portal.clinics.follow_up_urls")),
    path("staff/", include("portal.pifu.staff_urls")),
    path("staff/emergency/", include("portal.emergency.staff_urls")),
    path("staff/privacy/", include("portal.privacy.staff_urls")),
    path("staff/results/", include("portal.results.staff_urls")),
    path("staff/visits/", include("portal.consultations.staff_urls")),
    path("ops/emergencies/", include("portal.emergency.ops_urls")),
    path("ops/", include("portal.ops.urls")),
    path("live/", include("portal.live.urls")),
    path("fhir/", include("fhir.urls")),
    path("cms/", include("cms.admin_urls")),
    # Whatever no other address claims is an editor's page.
    path("", include("cms.urls")),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.refused"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.failed"

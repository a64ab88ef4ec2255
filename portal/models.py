"""Each feature keeps its own models; Django looks for them here."""

from portal.appointments.models import BookingTerms, Claim, Clinic, ClinicSlot
from portal.calendars.models import CalendarAddress
from portal.carers.models import Sharing
from portal.consultations.models import Consultation, Guest, Party, Signal
from portal.drafts.models import Draft
from portal.emergency.models import EmergencyAccess
from portal.export.models import Export, ShareLink
from portal.identity.models import ActivationCode, Link, SessionLimit, Tie, User
from portal.notices.models import Notice, NoticeChoice, Told
from portal.offers.models import EarlierOffer, EarlierWish, Vacancy
from portal.pifu.models import Ask, FollowUpPlan
from portal.privacy.models import Question
from portal.record.models import Opened, SectionSeen
from portal.results.models import DueRelease

__all__ = [
    "ActivationCode",
    "Ask",
    "BookingTerms",
    "CalendarAddress",
    "Claim",
    "Clinic",
    "ClinicSlot",
    "Consultation",
    "Draft",
    "DueRelease",
    "EarlierOffer",
    "EarlierWish",
    "EmergencyAccess",
    "Export",
    "FollowUpPlan",
    "Guest",
    "Link",
    "Notice",
    "NoticeChoice",
    "Opened",
    "Party",
    "Question",
    "SectionSeen",
    "SessionLimit",
    "ShareLink",
    "Sharing",
    "Signal",
    "Tie",
    "Told",
    "User",
    "Vacancy",
]

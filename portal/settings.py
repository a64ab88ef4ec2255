"""Every setting of the service, read from the environment once; unset means the safe, local value.

All are described in docs/how-to/run-in-production.md. A service is public when ``PUBLIC_HOST`` is
set: then cookies, redirects and headers harden, and ``portal.checks`` refuses unsafe combinations.
"""

from csp.constants import NONE, SELF, UNSAFE_INLINE

from portal import database, env

ROOT = database.ROOT
DATA = database.DATA

PUBLIC_HOST = env.text("PUBLIC_HOST")
IS_PUBLIC = bool(PUBLIC_HOST)
DEBUG = env.flag("DEBUG")
# The key of demonstrations only: portal.checks refuses it where PUBLIC_HOST is set.
DEMO_KEY = "demonstration-only-5be1c1f0c5d84ea4a4a3c9a2b5ee1f6e-not-secret"
SECRET_KEY = env.secret("SECRET_KEY", DEMO_KEY)
SECRET_KEY_FALLBACKS = env.secret("SECRET_KEY_FALLBACKS").split()

BIND_HOST = env.text("BIND_HOST", "127.0.0.1")
PORT = env.number("PORT", 8000)
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [PUBLIC_HOST, *env.words("ALLOWED_HOSTS")] if IS_PUBLIC else LOCAL_HOSTS
BASE_URL = env.address(
    "BASE_URL", f"https://{PUBLIC_HOST}" if IS_PUBLIC else f"http://localhost:{PORT}"
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# Whose word we take for a client's address and for https: the proxies in front of us.
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES", "127.0.0.1")
# How many of them a request passes: limits on tries are kept by the client's address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("PROXIES", 1 if IS_PUBLIC else 0)

# What is installed

INSTALLED_APPS = [
    "portal",
    "fhir",
    "cms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "channels",
    "procrastinate.contrib.django",
    "csp",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",  # the content admin fails without it; no group may use it
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.headers.ContentSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.identity.middleware.IdentityMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
ASGI_APPLICATION = "portal.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STRICT_TEMPLATES = env.flag("STRICT_TEMPLATES")
COMPILED_TEMPLATES = DATA / "compiled"
TEMPLATES = [
    {
        # Ours, in portal/jinja2 and cms/jinja2.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "portal.components.environment",
            "extensions": [
                "wagtail.jinja2tags.core",
                "wagtail.images.jinja2tags.images",
                "wagtail.contrib.settings.jinja2tags.settings",
            ],
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "portal.identity.acting.shared",
            ],
        },
    },
    {
        # Those of libraries: the sign-in pages of allauth and the content admin.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "portal" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data

# For listening alone, where DATABASE_URL leads through a pooler
LISTEN_DATABASE_URL = env.secret("LISTEN_DATABASE_URL")
DATABASES = {"default": database.connection()}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "daybook_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
# Demonstrations and tests alone may move the clock; the database refuses too unless prepared so.
CLOCK_MAY_MOVE = env.flag("CLOCK_MAY_MOVE")

# The record: the points at which the portal plugs into fhir

FHIR_VIEWER = "portal.identity.viewers.viewer_of_token"  # who is asking the REST API?
FHIR_LABELLED_ON_ARRIVAL = [  # what arrives withheld, until a rule or a clinician releases it
    "DiagnosticReport",
    "Observation",
    "DocumentReference",
    "Condition",
    "Procedure",
    "ServiceRequest",
    "Encounter",
    "EpisodeOfCare",
    "CarePlan",
    "Composition",
    "ImagingStudy",
    "Specimen",
]
# Who hears of a change, in this order, and of which kinds: of any type, or of those named.
FHIR_SUBSCRIBERS = {
    "portal.results.subscriber.report_changed": frozenset(
        f"{kind}/{name}" for name in FHIR_LABELLED_ON_ARRIVAL for kind in ("created", "updated")
    ),
    "portal.notices.subscriber.appointment_changed": ["created/Appointment", "updated/Appointment"],
    "portal.offers.subscriber.appointment_changed": ["updated/Appointment"],
}
# What follows a hospital system's word on a type in the transaction that writes it
FHIR_FOLLOWING = {
    "Appointment": "portal.appointments.following.appointments_come",
    "ServiceRequest": "portal.pifu.plans.plans_come",
}
# By what people are told, beside their own pages; docs/how-to/add-a-notification-channel.md
NOTICE_CHANNELS = ["portal.notices.channels.Email"]
# Who knows how long ago the systems of a patient's record were heard.
RECORD_FRESHNESS = "portal.ops.freshness.of"
# Who knows how many people's results are due to open and have not.
RESULTS_OVERDUE = "portal.results.overdue.people"
# Who knows how many have asked to be seen and have not been answered in time.
ASKS_OVERDUE = "portal.pifu.overdue.asks"
# Parts of a record, by their addresses, that none of this hospital's systems sends
RECORD_HELD_ELSEWHERE = frozenset(env.words("RECORD_HELD_ELSEWHERE"))
PROCRASTINATE_IMPORT_PATHS = [
    "portal.drafts.tasks",
    "portal.appointments.tasks",
    "portal.carers.tasks",
    "portal.export.tasks",
    "portal.notices.tasks",
    "portal.offers.tasks",
    "portal.ops.alarms",
    "portal.pifu.tasks",
    "portal.results.tasks",
]

# When results open by themselves: on working days from nine to five, or at any time
RESULTS_IN_WORKING_HOURS = env.flag("RESULTS_IN_WORKING_HOURS", default=True)

# From which birthday a parent sees nothing until a professional has looked at it again: 11 to 13
CARERS_SUSPENDED_AT = env.number("CARERS_SUSPENDED_AT", 13)
# Where "Leave this page now" leads: to what anybody might be reading
LEAVE_ADDRESS = env.text("LEAVE_ADDRESS", "https://www.bbc.co.uk/weather")

# Video calls go from browser to browser; where one would see the other's address, through a relay
STUN_URLS = env.words("STUN_URLS")
TURN_URLS = env.words("TURN_URLS")
TURN_SECRET = env.secret("TURN_SECRET")
TURN_MINUTES = env.number("TURN_MINUTES", 120)  # for how long a name given to a browser works
VIDEO_RELAY_ONLY = env.flag("VIDEO_RELAY_ONLY", default=IS_PUBLIC)

METRICS_TOKEN = env.secret("METRICS_TOKEN")

# Hospital feeds

MLLP_HOST = env.text("MLLP_HOST", "127.0.0.1")
MLLP_PORT = env.number("MLLP_PORT", 2575)
MLLP_CERTIFICATE = env.text("MLLP_CERTIFICATE")  # with a key: the listener speaks TLS
MLLP_KEY = env.text("MLLP_KEY")
MLLP_CLIENTS_CA = env.text("MLLP_CLIENTS_CA")  # with it: senders must show a certificate
MLLP_SOURCES = env.words("MLLP_SOURCES")  # networks that may connect; where none is named, any

# Signing in

AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "portal.identity.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Counted in the database cache, for all processes; those that are not named are allauth's own.
ACCOUNT_RATE_LIMITS = {
    "activate": "30/10m/ip",
    "begin_to_help": "10/10m/user",
    "find_person": "60/10m/user",
    "invite": "20/d/user",
    "open_link": "30/10m/ip",
    "read_calendar": "30/10m/ip",  # tries of addresses that do not work
}
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_PUBLIC else "http"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_ONLY = False
MFA_ADAPTER = "portal.identity.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": "portal.identity.forms.SecondStepForm",
    "reauthenticate": "portal.identity.forms.ProveAgainForm",
    "activate_totp": "portal.identity.forms.AddAppForm",
    "add_webauthn": "portal.identity.forms.AddPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Daybook"
MFA_TOTP_TOLERANCE = 1  # steps of half a minute: for those who type slowly, and phones that go slow
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PUBLIC

SESSION_COOKIE_AGE = 12 * 60 * 60  # at most; portal.identity ends idle ones sooner
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# The browser

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PUBLIC
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if IS_PUBLIC else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_PUBLIC else "csrf"
CSRF_FAILURE_VIEW = "portal.errors.forged"
SECURE_SSL_REDIRECT = IS_PUBLIC
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PUBLIC else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_PUBLIC else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PUBLIC
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Closed on every page, save where a view says otherwise for its own: portal.headers
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=()"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the code that an authenticator app reads is a data: image
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
# The content admin needs inline scripts and frames its previews; no patient page is below it.
CONTENT_ADMIN_PATH = "/cms/"
CONTENT_ADMIN_POLICY = CONTENT_SECURITY_POLICY["DIRECTIVES"] | {
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
}

STATIC_URL = "static/"
# Collected for a public service only; elsewhere files are served from where they are.
STATIC_ROOT = env.text("STATIC_ROOT", str(ROOT / "staticfiles")) if IS_PUBLIC else None
MEDIA_URL = "media/"
MEDIA_ROOT = env.text("MEDIA_ROOT", str(DATA / "media"))
# Copies that people have asked for, for a day each: no address leads into this folder
EXPORTS_FOLDER = env.text("EXPORTS_FOLDER", str(DATA / "exports"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PUBLIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IS_PUBLIC
WHITENOISE_ALLOW_ALL_ORIGINS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# Content

CMS_CLOCK = "portal.clock.now"
WAGTAIL_SITE_NAME = "Daybook"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "/account/login/"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []  # nothing is fetched from other sites
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# Whose service it is

BRAND_NAME_FIRST = env.text("BRAND_NAME_FIRST", "Millbrook")
BRAND_NAME_REST = env.text("BRAND_NAME_REST", "University Hospital")
BRAND_COLOUR = env.text("BRAND_COLOUR", "#003087")
BRAND_MARK = env.text("BRAND_MARK")
BRAND_PHONE = env.text("BRAND_PHONE", "01632 960 100")
FEATURES = frozenset(env.words("FEATURES"))  # what is switched on beyond the ordinary

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = USE_TZ = True

# E-mail

EMAIL_FILE_PATH = env.text("EMAIL_FOLDER")
EMAIL_KIND = "smtp" if env.text("EMAIL_HOST") else "filebased" if EMAIL_FILE_PATH else "console"
EMAIL_BACKEND = f"django.core.mail.backends.{EMAIL_KIND}.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "daybook@localhost")

# Logs

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "portal.logs.JsonFormatter"},
    },
    "filters": {"unsecret": {"()": "portal.logs.Unsecret"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["unsecret"],
            "formatter": env.text("LOG_FORMAT", "json" if IS_PUBLIC else "plain"),
        },
    },
    "root": {
        "handlers": ["console"],
        "level": env.text("LOG_LEVEL", "INFO" if IS_PUBLIC else "WARNING"),
    },
    "loggers": {
        "procrastinate": {"level": "WARNING"},  # it names every task at every start
    },
}

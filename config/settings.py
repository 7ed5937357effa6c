"""Settings, all from the environment and safe for production unless it says otherwise.

`config.environment` reads and checks each value; `docs/running.md` lists them.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.utils.translation import gettext_lazy as _

from config import environment as read
from config.logs import structlog_logging
from config.navigation import UNFOLD  # noqa: F401
from config.shared import localtime  # noqa: F401  (first: it makes the pinned tzdata the only one)

BASE_DIR = Path(__file__).resolve().parent.parent

# --- How this process runs ------------------------------------------------------------------------
DEBUG = read.flag("DEBUG")
LOCAL = read.flag(
    "VESILE_LOCAL"
)  # set by `python -m config.servers`: this machine, no proxy, no TLS
SECRET_KEY = read.secret("SECRET_KEY", minimum=50)
FINGERPRINT_KEY = read.secret("VESILE_FINGERPRINT_KEY")
# Not in the backups of the database: it says whom a restored one must forget again.
_data_folder = BASE_DIR / Path(os.environ.get("VESILE_DATA_DIR") or ".data").expanduser()
ERASURE_LIST = read.file_path("VESILE_ERASURE_LIST", _data_folder / "erasures" if LOCAL else None)
PUBLIC_URL = read.public_url()
_public = urlsplit(PUBLIC_URL)
_https = _public.scheme == "https"
_loopback = sorted(read.LOOPBACK - {"::1"} | {"[::1]"})

ALLOWED_HOSTS = [h for h in read.text("ALLOWED_HOSTS", "").split(",") if h] or [
    _public.hostname or "localhost"
]
if LOCAL:
    ALLOWED_HOSTS += _loopback
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.shared.apps.VesileAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_structlog",
    "axes",
    "csp",
    "config.shared.apps.SharedConfig",
    "customers",
    "segments",
    "messaging",
    "rewards",
    "campaigns",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.shared.middleware.RequestIdMiddleware",
    "config.shared.api.middleware.CrossOriginMiddleware",
    "config.shared.api.middleware.CallMiddleware",
    "config.shared.screens.middleware.PagePolicyMiddleware",
    "config.shared.screens.middleware.PageSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.shared.screens.middleware.PageUserMiddleware",
    "config.shared.screens.middleware.PageMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False  # a redirected POST loses its body; the API's paths have no trailing slash

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Rows are the truth: PostgreSQL ---------------------------------------------------------------
_pool = read.integer("VESILE_DB_POOL", 8)
DATABASES = {
    "default": {
        **environ.Env.db_url_config(read.database_url()),
        "ENGINE": "config.shared.database",
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,  # the pool keeps connections; Django refuses both at once
    }
}
_options = DATABASES["default"].setdefault("OPTIONS", {})
# A redemption that was answered must survive: no server default may loosen the commit. Nor may one
# make the server say moments as the driver cannot read them, or end a statement that waited for a
# row instead of looking at its condition again (`rewards.taking`).
# A page at random is read from memory or a solid-state disk, which is about as quick as the next
# one; the server's default of 4 is that of turning disks, and makes it read whole tables instead.
_options["options"] = (
    "-c timezone=UTC -c datestyle=ISO -c synchronous_commit=on"
    r" -c default_transaction_isolation=read\ committed"
    " -c idle_in_transaction_session_timeout=300000 -c random_page_cost=1.1"
    # Only what is prepared (below) has such a plan: each statement finds few rows by an index,
    # whatever its values are.
    " -c plan_cache_mode=force_generic_plan"
)
# Statements of redemptions are planned once for each connection (`config.shared.rows`).
PREPARE_STATEMENTS = read.flag("VESILE_DB_PREPARE", True)
if _pool:
    # A pool that gave up asks anew for the next request. One that does not waits twice as long each
    # time: after an outage of a minute it would find the server back half a minute too late.
    _options["pool"] = {"min_size": 1, "max_size": _pool, "timeout": 10, "reconnect_timeout": 5}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- The broker only wakes: Redis ----------------------------------------------------------------
REDIS_URL = read.url("REDIS_URL", ("redis", "rediss"), "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "vesile",
    }
}

# --- People who work here -------------------------------------------------------------------------
AUTH_USER_MODEL = "shared.StaffUser"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "vesile/locked.html"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "email", "password"]
AXES_VERBOSE = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: one working day
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https and read.flag("VESILE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _https else 0
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# HSTS for subdomains and browsers' preload lists bind hosts that are not ours to decide about.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if read.flag("VESILE_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Whose word in X-Forwarded-For about the caller's address is believed.
TRUSTED_PROXIES = read.networks("VESILE_TRUSTED_PROXIES")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# Files to import, in bytes: as uploaded, unpacked, and the part of a workbook held in memory.
IMPORT_LARGEST_UPLOAD = read.integer("VESILE_IMPORT_MB", 256, minimum=1) * 1024 * 1024
IMPORT_LARGEST_UNPACKED = 3 * IMPORT_LARGEST_UPLOAD
IMPORT_LARGEST_SHARED_TEXTS = 64 * 1024 * 1024

# Unfold's Alpine evaluates expressions, hence 'unsafe-eval'; no inline script is needed anywhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
}

# --- Languages and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("tr", _("Turkish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # what the database and the code use; screens show the project's zone

# --- Static files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = None if LOCAL else BASE_DIR / "staticfiles"  # on this machine nothing is collected
WHITENOISE_USE_FINDERS = LOCAL or DEBUG
_static_backend = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if LOCAL or DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # see config.shared.files
    "staticfiles": {"BACKEND": _static_backend},
}

# --- API ------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["config.shared.api.permissions.DenyUnlessStated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.shared.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "config.shared.api.description.CallSchema",
    "EXCEPTION_HANDLER": "config.shared.api.handler.answer",
    "UNAUTHENTICATED_USER": None,
}
REQUEST_LOG_LINGER = 0.5  # seconds in which requests are collected for their log
REQUEST_LOG_DAYS = read.integer("VESILE_REQUEST_LOG_DAYS", 7, minimum=1)
API_EXAMPLES = BASE_DIR / "config" / "api_examples.json"
SPECTACULAR_SETTINGS = {
    "TITLE": "Vesile",
    "DESCRIPTION": "Personalised promotions: tell us of the shop, validate and redeem codes.",
    "VERSION": "v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [],  # choices stay where they are: many fields are called “status”
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Logs -----------------------------------------------------------------------------------------
LOGGING = structlog_logging(
    level=read.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    form=read.choice("LOG_FORMAT", "console" if LOCAL or DEBUG else "json", ("json", "console")),
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

"""Structured logs: one event a line, a request id on each, nothing personal in any."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# The last net, not the first: code must not log such values at all.
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@'\"<>,;:/)\]}]+")
_PHONE = re.compile(r"(?<![\w.:-])\+?\d[\d ()-]{8,}\d(?![\w.:-])")
_SECRET_KEYS = {"password", "token", "authorization", "email", "phone", "code", "x-app-token"}


def mask(text: str) -> str:
    """`text` without what looks like an e-mail address or a phone number."""
    return _PHONE.sub("[phone]", _EMAIL.sub("[email]", text))


def without_personal_data(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """structlog processor: blanks values of telling keys and masks addresses in the rest."""
    for key, value in event.items():
        if key.lower() in _SECRET_KEYS:
            event[key] = "[hidden]"
        elif isinstance(value, str) and key != "timestamp":
            event[key] = mask(value)
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def structlog_logging(*, level: str, form: str) -> dict[str, Any]:
    """Configure structlog and return Django's LOGGING; `form` is "json" or "console"."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: list[Any] = (
        [
            structlog.processors.format_exc_info,
            without_personal_data,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if form == "json"
        else [
            structlog.processors.format_exc_info,
            without_personal_data,
            structlog.dev.ConsoleRenderer(colors=False),
        ]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *renderer,
                ],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"level": level, "handlers": [], "propagate": True},
            # Django logs the path with its query for each 4xx; the middleware logged it already.
            "django.request": {"level": "ERROR", "handlers": [], "propagate": True},
            "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
            # Any scanner can send a wrong Host header; the answer is 400, a traceback helps nobody.
            "django.security.DisallowedHost": {"handlers": [], "propagate": False},
            # Whoever asked gets the error itself; the pool repeats it for each attempt.
            "psycopg.pool": {"level": "ERROR", "handlers": [], "propagate": True},
            "axes": {"level": "ERROR", "handlers": [], "propagate": True},
            "kombu": {"level": "ERROR", "handlers": [], "propagate": True},
        },
    }

"""The web server's entry: `gunicorn config.wsgi`."""

import gc
import os

from config.environment import settings_or_exit

# To gunicorn 3 means that a worker cannot start at all; any other code and it tries for ever.
CANNOT_START = 3

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
settings_or_exit(code=CANNOT_START)

from django.core.wsgi import get_wsgi_application  # noqa: E402

import config.celery  # noqa: E402, F401  (shared tasks are sent through this app)

application = get_wsgi_application()

# What is loaded by now stays as long as the process: the collector need not walk over it each time.
# A request makes few cycles, so it need not come several times in each either.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)

"""Tables that somebody takes away as a file, while they are written."""

from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header

from config.shared import spreadsheets


def csv_download(parts: Iterable[bytes], *, name: str) -> StreamingHttpResponse:
    """A CSV file sent in these parts, in the language and the zone of the page that asked.

    The server takes the parts only after the page has answered, when its language and zone are
    gone; so each part is made in them again.
    """
    return StreamingHttpResponse(
        _as_asked(parts),
        content_type=spreadsheets.CSV_TYPE,
        headers={"Content-Disposition": str(content_disposition_header(True, name))},
    )


def _as_asked(parts: Iterable[bytes]) -> Iterator[bytes]:
    language, zone = translation.get_language() or "en", timezone.get_current_timezone()
    return _made_in(iter(parts), language, zone)


def _made_in(parts: Iterator[bytes], language: str, zone: object) -> Iterator[bytes]:
    while True:
        with translation.override(language), timezone.override(zone):  # type: ignore[arg-type]
            part = next(parts, None)
        if part is None:
            return
        yield part

"""Messages in a frame: shown, but able to do nothing."""

from django.http import HttpResponse

# No script, no form, no connection; pictures and styles in place, as mail programs allow them.
FRAME_POLICY = (
    "sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; "
    "font-src https: data:; frame-ancestors 'self'"
)


def framed(html: str) -> HttpResponse:
    """The HTML of a message for an iframe of our own pages."""
    return HttpResponse(
        html,
        headers={
            "Content-Security-Policy": FRAME_POLICY,
            "X-Frame-Options": "SAMEORIGIN",
            "Cache-Control": "private, no-store",
        },
    )

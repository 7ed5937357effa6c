"""Addresses of the API that segments answers."""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("segments", views.Segments.as_view(), name="segments"),
    path("segments/count", views.SegmentCount.as_view(), name="segments-count"),
    path("segments/fields", views.SegmentFields.as_view(), name="segments-fields"),
    path("segments/<str:segment_id>", views.SegmentDetail.as_view(), name="segment"),
    path(
        "segments/<str:segment_id>/customers",
        views.SegmentCustomers.as_view(),
        name="segment-customers",
    ),
    path("segments/<str:segment_id>/check", views.SegmentCheck.as_view(), name="segment-check"),
]

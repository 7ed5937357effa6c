"""Addresses of the API that segments answers."""

from django.urls import URLPattern, path

from . import lists, views

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
    path("lists", lists.Lists.as_view(), name="lists"),
    path("lists/<str:list_id>", lists.ListDetail.as_view(), name="list"),
    path("lists/<str:list_id>/customers", lists.ListCustomers.as_view(), name="list-customers"),
    path(
        "lists/<str:list_id>/customers/remove",
        lists.ListRemoval.as_view(),
        name="list-customers-remove",
    ),
]

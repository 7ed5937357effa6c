"""Addresses of the storefront API that customers answers."""

from django.urls import URLPattern, path

from . import batches, bulk, erasure, interests, skus, views

urlpatterns: list[URLPattern] = [
    path("customers", views.Customers.as_view(), name="customers"),
    path("customers/batch", batches.CustomersBatch.as_view(), name="customers-batch"),
    path("customers/importCSV", bulk.CustomersFile.as_view()),
    path("customers/bulk/async", bulk.CustomersBulk.as_view()),
    path("customers/metadata/async", bulk.CustomersMetadata.as_view()),
    path("customers/<str:customer_id>", views.CustomerDetail.as_view(), name="customer"),
    path(
        "customers/<str:customer_id>/consents",
        views.CustomerConsents.as_view(),
        name="customer-consents",
    ),
    path(
        "customers/<str:customer_id>/permanent-deletion",
        erasure.CustomerDeletion.as_view(),
        name="customer-deletion",
    ),
    path(
        "customers/<str:customer_id>/identities",
        views.CustomerIdentities.as_view(),
        name="customer-identities",
    ),
    path(
        "customers/<str:customer_id>/interests",
        interests.CustomerInterests.as_view(),
        name="customer-interests",
    ),
    path(
        "customers/<str:customer_id>/record", views.CustomerRecord.as_view(), name="customer-record"
    ),
    path("consents", views.Consents.as_view(), name="consents"),
    path("consents/batch", batches.ConsentsBatch.as_view(), name="consents-batch"),
    path("events", views.Events.as_view(), name="events"),
    path("events/batch", batches.EventsBatch.as_view(), name="events-batch"),
    path("orders", views.Orders.as_view(), name="orders"),
    path("orders/batch", batches.OrdersBatch.as_view(), name="orders-batch"),
    path("orders/import", bulk.OrdersImport.as_view()),
    path("orders/<str:order_id>", views.OrderDetail.as_view(), name="order"),
    path("returns", views.Returns.as_view(), name="returns"),
    path("returns/batch", batches.ReturnsBatch.as_view(), name="returns-batch"),
    path("returns/<str:return_id>", views.ReturnDetail.as_view(), name="return"),
    path("products", views.Products.as_view(), name="products"),
    path("products/batch", batches.ProductsBatch.as_view(), name="products-batch"),
    path("products/importCSV", bulk.ProductsFile.as_view()),
    path("products/bulk/async", bulk.ProductsBulk.as_view()),
    path("products/metadata/async", bulk.ProductsMetadata.as_view()),
    path("products/<str:product_id>", views.ProductDetail.as_view(), name="product"),
    path("products/<str:product_id>/skus", skus.ProductSkus.as_view(), name="product-skus"),
    path("products/<str:product_id>/skus/<str:sku_id>", skus.ProductSku.as_view()),
    path("skus/importCSV", bulk.SkusFile.as_view()),
    path("skus/<str:sku_id>", skus.SkuDetail.as_view(), name="sku"),
]

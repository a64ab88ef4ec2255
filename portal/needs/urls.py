"""The address below /account/needs/: what somebody needs, in their own words and ours."""

from django.urls import path

from portal.needs import views

app_name = "needs"
urlpatterns = [path("", views.needs, name="needs")]

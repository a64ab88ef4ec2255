"""Addresses of letters, below /record/letters/; the list of them is a section of the record."""

from django.urls import path

from portal.letters import views

app_name = "letters"
urlpatterns = [
    path("<str:kind>/<str:letter_id>/", views.letter, name="letter"),
    path("<str:kind>/<str:letter_id>/file/<int:number>/", views.file, name="file"),
    path("<str:kind>/<str:letter_id>/web-page/", views.web_page, name="web-page"),
    path("<str:kind>/<str:letter_id>/print/<str:form>/", views.printed, name="printed"),
]

"""All in one process, or the live part of a larger service: ``uvicorn portal.asgi:application``."""

import os
import warnings

from portal import database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
database.serve_with_pool()
database.attach()

# WhiteNoise reads its small files in one go, which Django remarks on at each of them.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 (the settings come first)
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402

http = get_asgi_application()

from portal import checks, memory  # noqa: E402 (the apps come first)
from portal.consultations.consumer import GuestRoom, Room  # noqa: E402
from portal.live.consumer import Live, Nowhere  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": URLRouter(
            [
                path("live/", Live.as_asgi()),
                path("live/visits/<uuid:key>/", Room.as_asgi()),
                path("live/guest/", GuestRoom.as_asgi()),
                path("<path:any>", Nowhere.as_asgi()),
            ]
        ),
    }
)
checks.require_safe()
memory.settle()

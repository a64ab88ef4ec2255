"""The Jinja2 environment of our pages: the NHS macros, our filters, and what every layout needs."""

import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import json_script
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, StrictUndefined

from portal import brand, clock
from portal.compiled import Compiled
from portal.record import dates, words

if TYPE_CHECKING:
    from types import FrameType

NHS_MACROS = "nhsuk/"


class Strict(StrictUndefined):
    """Refuses an unknown name, save inside the NHS macros, which leave most parameters out."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        # Jinja makes `caller` before it enters the macro that may do without.
        if kwargs.get("name") == "caller" or _template_being_rendered().startswith(NHS_MACROS):
            return ChainableUndefined(*args, **kwargs)
        return super().__new__(cls)


def environment(**options: Any) -> Environment:
    """Return the environment; named in ``settings.TEMPLATES``."""
    macros = PackageLoader("nhsuk_frontend_jinja", "templates")
    options["loader"] = ChoiceLoader([options["loader"], macros])
    options["undefined"] = Strict if settings.STRICT_TEMPLATES else ChainableUndefined
    options |= {"trim_blocks": True, "lstrip_blocks": True}
    kept = Compiled(settings.COMPILED_TEMPLATES, options)
    made = Environment(**options, bytecode_cache=kept)  # noqa: S701 (Django asks for autoescape)
    made.globals |= {
        "brand": brand.current(),
        "now": clock.now,
        "static": static,
        "url": _url,
    }
    made.filters |= {
        "ago": dates.ago,
        "as_recorded": dates.as_recorded,
        "brief": dates.brief,
        "clock": dates.clock,
        "day": dates.day,
        "day_as_recorded": dates.day_as_recorded,
        "json_script": json_script,
        "moment": dates.moment,
        "month": dates.month,
        "nhs_number": words.nhs_number,
        "telephone": words.telephone,
        "weekday": dates.weekday,
    }
    return made


def _url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def _template_being_rendered() -> str:
    """Return the name of the innermost template on the stack: Jinja marks its modules so."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (the only way to know who asked)
    while frame is not None:
        if template := frame.f_globals.get("__jinja_template__"):
            return str(template.name or "")
        frame = frame.f_back
    return ""

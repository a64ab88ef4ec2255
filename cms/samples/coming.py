"""Sample pages: coming to hospital."""

from __future__ import annotations

from cms.samples.page import PHONE, Sample, heading, rows

COMING = [
    Sample(
        slug="coming-to-hospital",
        title="Coming to hospital",
        introduction="How to get here, how to visit someone, and what we can do to help you.",
        in_menu=True,
    ),
    Sample(
        slug="getting-here",
        below="coming-to-hospital",
        title="Get here and park",
        introduction="Your letter says which entrance to use: A, B or C.",
        body=[
            heading("By bus"),
            "Buses 4, 11 and 27 stop at Entrance A. They run until 11:30pm.",
            heading("By car"),
            rows(
                ("To drop someone off", "Stop at Entrance A for up to 20 minutes. It is free."),
                ("To park", "Use car park 2. You pay when you leave."),
                ("Blue Badge", "Parking is free. There are 24 spaces beside Entrance B."),
            ),
            heading("Step-free ways in"),
            "Entrances A and B have no steps. Doors open by themselves, and each has a lift.",
            (
                "inset_text",
                {"body": f"If you cannot travel on your own, call {PHONE} the day before."},
            ),
        ],
    ),
    Sample(
        slug="visiting",
        below="coming-to-hospital",
        title="Visit someone",
        introduction="Wards are open to visitors from 11am to 8pm every day.",
        body=[
            heading("When you visit"),
            (
                "do_and_dont",
                {
                    "do": [
                        "clean your hands when you come in and when you leave",
                        "ask at the desk if you do not know where to go",
                        "bring things to read, and clothes to wear",
                    ],
                    "dont": [
                        "come if you have been sick or had diarrhoea in the last 2 days",
                        "bring flowers to a ward where people are very ill",
                    ],
                },
            ),
            heading("Carers and partners"),
            """
            If you care for someone, or your partner is having a baby, you can be with them at any
            time. Tell the nurse in charge.
            """,
        ],
    ),
    Sample(
        slug="support",
        below="coming-to-hospital",
        title="Ask us for support",
        introduction="Tell us what you need before you come. It is free.",
        body=[
            heading("What we can do"),
            """
            - an interpreter, also for British Sign Language
            - letters in large print, easy read or braille
            - a quiet place to wait
            - a longer visit, or the first one of the day
            - someone to walk with you from the door
            """,
            heading("How to ask"),
            f"Call {PHONE}, or use text relay. Say it again if we forget. We write it down.",
        ],
    ),
]

"""Every sample explainer."""

from __future__ import annotations

from cms.samples.blood import BLOOD
from cms.samples.chemistry import CHEMISTRY
from cms.samples.sample import Sample

OTHERS = [
    Sample(
        title="Chest X-ray",
        slug="chest-x-ray",
        name="a chest X-ray",
        loinc="36643-5 24648-8 30745-4",
        snomed_ct="399208008",
        local="CXR",
        what="A chest X-ray is a picture of your lungs, heart and ribs.",
        why="It helps us find out why you cough, have chest pain or are short of breath.",
        next="""
            A specialist looks at the picture and writes a report. The report is for your team,
            so it can have hard words in it. Your team will tell you what it means for you.
        """,
        urgent="""
            - cough up blood
            - have a cough for more than 3 weeks
        """,
        emergency="""
            - find it very hard to breathe
            - have chest pain that does not go away
        """,
    ),
    Sample(
        title="Your test result",
        slug="your-test-result",
        name="this test result",
        general=True,
        what="This is the result of a test that your team asked for.",
        why="""
            Tests help your team find out why you feel unwell. They also show if a treatment is
            working.
        """,
        low="""
            Low means below the range that most healthy people have. One low result is common, and
            often means nothing on its own.
        """,
        high="""
            High means above the range that most healthy people have. One high result is common,
            and often means nothing on its own.
        """,
    ),
]

EXPLAINERS = [*BLOOD, *CHEMISTRY, *OTHERS]

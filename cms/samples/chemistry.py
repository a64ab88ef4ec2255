"""Sample explainers: what is dissolved in blood."""

from __future__ import annotations

from cms.samples.sample import Sample

CHEMISTRY = [
    Sample(
        title="Sodium blood test",
        slug="sodium",
        name="sodium",
        loinc="2951-2 2947-0",
        snomed_ct="1000661000000107",
        local="NA",
        what="Sodium is a salt in your blood. It keeps the right amount of water in your body.",
        why="It shows how well your body balances salt and water. Some medicines can change it.",
        low="""
            Water tablets and some other medicines are a common reason. So are being sick and
            having diarrhoea.
        """,
        high="This often means that you have not had enough to drink.",
        urgent="""
            - have a bad headache and feel sick
            - feel weak or unsteady, and it is new
        """,
        emergency="""
            - are confused or very sleepy
            - have a fit
        """,
    ),
    Sample(
        title="Potassium blood test",
        slug="potassium",
        name="potassium",
        loinc="2823-3 6298-4",
        snomed_ct="1000651000000109",
        local="K",
        what="Potassium is a salt in your blood. Your heart and muscles need the right amount.",
        why="We check it if you take some medicines, or have a heart or kidney problem.",
        low="Water tablets, being sick and diarrhoea can bring it down.",
        high="""
            Kidney problems and some medicines can raise it. It can also look high if the blood
            was old when it reached the laboratory. Then the test is done again.
        """,
        urgent="""
            - feel your muscles go weak
            - feel your heart flutter or miss beats
        """,
        emergency="""
            - have chest pain
            - pass out
        """,
    ),
    Sample(
        title="Creatinine blood test",
        slug="creatinine",
        name="creatinine",
        loinc="14682-9 2160-0 38483-4",
        snomed_ct="1000731000000107",
        local="CREAT",
        what="Creatinine is waste that your kidneys take out of your blood.",
        why="It shows how well your kidneys work. We also check it with some medicines.",
        low="This is common in people with small muscles, and when you are pregnant.",
        high="""
            Your kidneys may not clear waste as well as they should. Not drinking enough, some
            medicines and a lot of exercise can raise it too.
        """,
        urgent="""
            - pee much less than usual
            - have new swelling in your legs
        """,
        emergency="""
            - find it very hard to breathe
            - are confused or very sleepy
        """,
    ),
    Sample(
        title="Kidney function (eGFR)",
        slug="egfr",
        name="eGFR",
        loinc="62238-1 98979-8 33914-3 77147-7",
        local="EGFR",
        what="eGFR is a number that says how well your kidneys clean your blood.",
        why="It is worked out from your creatinine, age and sex. It shows change over the years.",
        low="""
            Your kidneys may be working less well. It goes down slowly as people get older. One
            low result is checked again before anything is decided.
        """,
        high="A high number is good. Laboratories often write “more than 90”.",
        urgent="""
            - pee much less than usual
            - have new swelling in your legs
        """,
    ),
    Sample(
        title="HbA1c blood test",
        slug="hba1c",
        name="HbA1c",
        loinc="59261-8 4548-4",
        snomed_ct="999791000000106",
        local="HBA1C",
        what="HbA1c shows your average blood sugar over the last 2 to 3 months.",
        why="It helps us find diabetes. If you have diabetes, it shows how your treatment goes.",
        low="""
            Your average sugar has been low, or your red blood cells do not live as long as usual.
        """,
        high="""
            Your average sugar has been high. That can mean diabetes, or a risk of it. If you have
            diabetes, your own target may differ from the usual range.
        """,
        urgent="""
            - are very thirsty and pee much more than usual
            - lose weight without trying
        """,
        emergency="""
            - are being sick and very sleepy, and you have diabetes
            - breathe fast and your breath smells of fruit
        """,
    ),
    Sample(
        title="Thyroid blood test (TSH)",
        slug="tsh",
        name="TSH",
        loinc="3016-3 11579-0",
        snomed_ct="1022791000000101",
        local="TSH",
        what="TSH tells your thyroid how hard to work. The thyroid is a gland in your neck.",
        why="It helps us find out why you are tired, or why your weight has changed.",
        low="Your thyroid may be working too hard, or your thyroid tablets may be too strong.",
        high="Your thyroid may be working too slowly, or your thyroid tablets may be too weak.",
        urgent="""
            - feel your heart race when you rest
            - feel very hot, shaky and unwell
        """,
    ),
    Sample(
        title="Cholesterol blood test",
        slug="cholesterol",
        name="cholesterol",
        loinc="14647-2 2093-3",
        snomed_ct="1005671000000105",
        local="CHOL",
        what="Cholesterol is a kind of fat in your blood. Your body needs some of it.",
        why="Too much over many years can block blood vessels. The test helps us see your risk.",
        low="A low number is most often good. It may be lower when you are ill.",
        high="""
            This is common. Food, weight, age and your family all play a part. Your team looks at
            your whole risk, not at this number alone.
        """,
    ),
    Sample(
        title="Ferritin blood test",
        slug="ferritin",
        name="ferritin",
        loinc="2276-4 20567-4",
        snomed_ct="993381000000106",
        local="FERR",
        what="Ferritin stores iron. This test shows how much iron your body has put by.",
        why="It helps us find out why you are tired or have anaemia.",
        low="You may need more iron. Heavy periods and not enough iron in food are common reasons.",
        high="""
            This can happen with an infection, a swollen joint or a liver problem. Now and then it
            means too much iron.
        """,
    ),
    Sample(
        title="Vitamin D blood test",
        slug="vitamin-d",
        name="vitamin D",
        loinc="14635-7 1989-3 62292-8",
        local="VITD",
        what="Vitamin D keeps bones, teeth and muscles strong. Your skin makes it in sunlight.",
        why="We check it if you have sore bones, weak muscles or a risk of thin bones.",
        low="""
            This is common, most of all in winter. Your bones may ache. Your team may suggest
            vitamin D tablets.
        """,
        high="This is rare. It most often comes from taking too many vitamin D tablets.",
    ),
]

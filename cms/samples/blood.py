"""Sample explainers: blood cells and infection."""

from __future__ import annotations

from cms.samples.sample import Sample

BLOOD = [
    Sample(
        title="Full blood count",
        slug="full-blood-count",
        name="the full blood count",
        loinc="58410-2",
        local="FBC",
        what="This test counts the cells in your blood: red cells, white cells and platelets.",
        why="""
            It is one of the most common blood tests. It helps us find out why you feel unwell,
            and shows if a treatment is working.
        """,
        next="""
            Each part of the test has its own page here. One part a little outside the usual range
            is common, and often means nothing on its own.

            Your team looks at all the parts together. They will tell you if you need to do
            anything.
        """,
    ),
    Sample(
        title="Haemoglobin blood test",
        slug="haemoglobin",
        name="haemoglobin",
        loinc="718-7 20509-6",
        snomed_ct="1022431000000105",
        local="HB",
        what="""
            Haemoglobin carries oxygen around your body. This test shows how much of it is in your
            blood.
        """,
        why="""
            It helps us find out why you are tired or short of breath. It can also show how well a
            treatment is working.
        """,
        low="""
            A low result is called anaemia. You may feel:
            - more tired than usual
            - short of breath
            - dizzy when you stand up

            The most common reason is not enough iron.
        """,
        high="""
            This can happen if you smoke, have a lung problem or have not had enough to drink.
        """,
        urgent="""
            - are much more short of breath than usual
            - feel your heart race when you rest
            - have black poo
        """,
        emergency="""
            - have chest pain
            - pass out
        """,
    ),
    Sample(
        title="White blood cell count",
        slug="white-blood-cells",
        name="white blood cells",
        loinc="6690-2 26464-8",
        snomed_ct="1022541000000102",
        local="WBC",
        what="White blood cells fight germs. This test counts all the kinds together.",
        why="It helps us see if you have an infection, and how your body copes with treatment.",
        low="""
            Some people always have a low count and stay well. A virus or some medicines can also
            bring it down. You may catch infections more easily.
        """,
        high="""
            The count goes up when your body fights an infection. Stress, smoking and steroid
            medicines can raise it too.
        """,
        urgent="""
            - have a temperature of 38C or more
            - feel hot, cold or shivery and do not know why
        """,
        emergency="""
            - are very confused or cannot be woken
            - find it very hard to breathe
        """,
    ),
    Sample(
        title="Neutrophil count",
        slug="neutrophils",
        name="neutrophils",
        loinc="751-8 26499-4",
        snomed_ct="1022551000000104",
        local="NEUT",
        what="Neutrophils are the white blood cells that get to an infection first.",
        why="It shows how ready your body is to fight germs. People who have chemotherapy need it.",
        low="""
            With few neutrophils you can catch infections more easily. Cancer treatment, some
            other medicines and some viruses can cause it. Some people always have a low count
            and stay well.
        """,
        high="This often means that your body is fighting an infection. Steroids can cause it too.",
        urgent="""
            - have a temperature of 38C or more
            - feel hot, cold or shivery and do not know why
        """,
        emergency="""
            - are very confused or cannot be woken
            - find it very hard to breathe
        """,
        who="""
            Ask the team who asked for your test. If you have cancer treatment, use the phone
            number on your treatment card, day or night.
        """,
    ),
    Sample(
        title="Platelet count",
        slug="platelets",
        name="platelets",
        loinc="777-3 26515-7",
        snomed_ct="1022651000000100",
        local="PLT",
        what="Platelets are tiny cells that help your blood to clot when you cut yourself.",
        why="It helps us find out why you bruise or bleed easily. It is also done before surgery.",
        low="""
            You may bruise or bleed more easily. A virus, some medicines and liver problems can
            cause it. Sometimes platelets stick together in the tube, so the test is done again.
        """,
        high="This can happen after an infection, an operation or when you are low in iron.",
        urgent="""
            - have a nosebleed that does not stop after 10 minutes
            - have many new bruises or tiny red spots on your skin
            - have blood in your pee
        """,
        emergency="""
            - bleed heavily and it does not stop
            - hit your head and feel unwell
        """,
    ),
    Sample(
        title="CRP blood test",
        slug="crp",
        name="CRP",
        loinc="1988-5",
        snomed_ct="1001371000000100 999651000000107",
        local="CRP",
        what="CRP goes up when a part of your body is swollen or has an infection.",
        why="It helps us see if there is an infection, and if a treatment is working.",
        high="""
            Your body is fighting something, such as an infection or a swollen joint. The test
            does not show where. A cold can raise it a little.
        """,
        urgent="""
            - have a temperature of 38C or more that does not come down
            - feel much worse than before the test
        """,
        emergency="""
            - are very confused or cannot be woken
            - find it very hard to breathe
            - have skin that is blue, grey or blotchy
        """,
    ),
]

"""Food and drink that was prescribed, in words."""

from portal.record import words
from portal.record.entry import Entry, row
from portal.record.statuses import ASKED


class NutritionOrder(Entry):
    """A diet, a supplement or a feed."""

    untitled = "Diet"
    coded = "Code of this diet"
    named = (
        "oralDiet.type",
        "supplement.productName",
        "supplement.type",
        "enteralFormula.baseFormulaProductName",
        "enteralFormula.baseFormulaType",
    )
    dated = ("dateTime",)
    statuses = ASKED
    table = (
        row("Ordered by", "orderer"),
        row("Ordered", "dateTime"),
        row("When", "oralDiet.schedule supplement.schedule"),
        row("Amount", "supplement.quantity enteralFormula.administration.quantity"),
        row(
            "Speed",
            "enteralFormula.administration.rateQuantity enteralFormula.administration.rateRatio",
        ),
        row("How it is given", "enteralFormula.routeofAdministration"),
        row("Texture", "oralDiet.texture.modifier"),
        row("Thickness of drinks", "oralDiet.fluidConsistencyType"),
        row("To have", "foodPreferenceModifier"),
        row("To leave out", "excludeFoodModifier"),
        row("Because of", "allergyIntolerance"),
    )
    passages = (
        row(
            "What to do",
            "oralDiet.instruction supplement.instruction enteralFormula.administrationInstruction",
        ),
        row("Notes", "note"),
    )

    def note(self) -> str:
        return words.sentences(self.say("oralDiet.instruction", "supplement.instruction"))

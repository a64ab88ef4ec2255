"""Somebody at a keyboard alone: Tab until the thing has the focus, and Enter."""

from playwright.sync_api import Page

FOCUSED = """() => {
  const one = document.activeElement;
  const parts = [one, ...(one.labels ?? [])];
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const isMarked = parts.some((part) => ["", "::before"].some((which) => {
    const { outlineStyle, boxShadow } = getComputedStyle(part, which);
    return outlineStyle !== "none" || boxShadow !== "none";
  }));
  const isOnTop = parts.some((part, which) => {
    const { x, y, width, height } = boxes[which];
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    return top && (part.contains(top) || top.contains(part));
  });
  const name = (one.labels?.[0] ?? one).innerText?.trim().replace(/\\s+/g, " ") ?? "";
  return { name, seen: isMarked && isOnTop, html: one.outerHTML.slice(0, 99) };
}"""
MOST_STOPS = 80


def reach(page: Page, name: str, *, begins: bool = False) -> list[dict[str, object]]:
    """Press Tab until something of this name has the focus; return all that had it."""
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
        found = stops[-1]["name"]
        if found == name or (begins and found.startswith(name)):
            return stops
    raise AssertionError([name, *(stop["name"] for stop in stops)])


def press(page: Page, name: str, *, begins: bool = False) -> list[dict[str, object]]:
    stops = reach(page, name, begins=begins)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return stops

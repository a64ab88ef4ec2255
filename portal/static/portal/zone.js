// Says that a browser keeps another time than the hospital, this year or in the coming months.
const HERE = { timeZone: "Europe/London", dateStyle: "short", timeStyle: "short" };
const DAY = 86_400_000;
const there = new Intl.DateTimeFormat("en-GB", { ...HERE, timeZone: undefined });
const here = new Intl.DateTimeFormat("en-GB", HERE);

const isOther = Array.from({ length: 13 }, (_, n) => new Date(Date.now() + n * 28 * DAY)).some(
  (moment) => there.format(moment) !== here.format(moment),
);
if (isOther) {
  document.querySelectorAll("[data-other-zone]").forEach((one) => (one.hidden = false));
}

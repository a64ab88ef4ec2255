// Counts on the minutes that people wait, from what the server said; nothing else moves by itself.
const began = new WeakMap();
const LONG = 20; // minutes

tick();
setInterval(tick, 5_000);

function tick() {
  document.querySelectorAll("[data-minutes]").forEach((one) => {
    if (!began.has(one)) began.set(one, Date.now());
    const more = Math.floor((Date.now() - began.get(one)) / 60_000);
    const said = `${Number(one.dataset.minutes) + more} min`;
    if (one.textContent !== said) one.textContent = said;
    const long = one.parentElement.querySelector("[data-long-wait]");
    if (long) long.hidden = parseInt(said) <= LONG;
  });
}

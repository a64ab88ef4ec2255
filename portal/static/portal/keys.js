// Single keys on a list of staff: each moves the focus to what bears it, and does nothing else.
// They are dead in a field, and can be turned off, which this browser remembers.
const line = document.querySelector("[data-keys]");
const OFF = "daybook-keys-off";
const FIELDS = "input, select, textarea, [contenteditable], dialog";

if (line) {
  const button = line.querySelector("button");
  let isOff = Boolean(localStorage.getItem(OFF));

  line.hidden = false;
  say();
  button.addEventListener("click", () => {
    isOff = !isOff;
    if (isOff) localStorage.setItem(OFF, "yes");
    else localStorage.removeItem(OFF);
    say();
  });
  document.addEventListener("keydown", (event) => {
    if (isOff || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
    const to = aim(event.key.toLowerCase());
    if (!to) return;
    event.preventDefault();
    to.focus();
  });

  function say() {
    button.textContent = isOff ? button.dataset.on : button.dataset.off;
  }
}

function aim(key) {
  if (key === "j" || key === "k") return beside(key === "j" ? 1 : -1);
  const bearing = `[data-key="${CSS.escape(key)}"]`;
  return row()?.querySelector(bearing) ?? document.querySelector(bearing);
}

// The first thing to press in the row after this one, or before it.
function beside(step) {
  const rows = [...document.querySelectorAll("tbody tr")].filter(control);
  const here = rows.indexOf(row());
  const next = here < 0 && step < 0 ? rows.length - 1 : here + step;
  return rows[next] && control(rows[next]);
}

function row() {
  return document.activeElement?.closest("tbody tr");
}

function control(inside) {
  return inside.querySelector(".act :is(a[href], button)") ?? inside.querySelector("a[href]");
}

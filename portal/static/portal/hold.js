// Counts a held time down, says once that a minute is left, and tells when it is over. The end was
// reckoned by the server: here only the time since the page came counts, whatever the clock says.
const box = document.querySelector("[data-hold]");
const left = box.querySelector("[data-hold-left]");
const polite = document.querySelector("[data-hold-said]");
const ends = Date.now() + box.dataset.hold * 1000;
const SHORT = 60;
let isTold = box.dataset.hold <= SHORT;

left.hidden = false;
tick();
const timer = setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);

function tick() {
  const seconds = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
  left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`;
  box.classList.toggle("db-hold--short", seconds <= SHORT);
  if (!seconds) return over();
  if (seconds <= SHORT && !isTold) {
    isTold = true;
    polite.textContent = "Less than 1 minute left";
  }
}

// Nothing is taken away from under a finger: the button stays, and says what it does now.
function over() {
  clearInterval(timer);
  const told = box.querySelector("[data-hold-over]");
  box.querySelectorAll("p").forEach((one) => (one.hidden = one !== told));
  polite.textContent = told.textContent;
  const book = document.querySelector("[data-hold-book]");
  book.textContent = book.dataset.holdBook;
  document.querySelector("[data-hold-more]")?.remove();
}

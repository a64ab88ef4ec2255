// Takes the code of a link out of the address, and closes an open page once its link has ended.
const CHECK = 2_000; // milliseconds

const form = document.querySelector("[data-takes-code]");
if (form && location.hash.length > 1) {
  form.elements.code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  form.elements.passcode.focus();
}

const shown = document.querySelector("[data-alive]");
if (shown) {
  setInterval(() => document.hidden || check(), CHECK);
  document.addEventListener("visibilitychange", () => document.hidden || check());
  addEventListener("pageshow", (event) => event.persisted && check());
}

async function check() {
  const answer = await fetch(shown.dataset.alive, { cache: "no-store" }).catch(() => null);
  if (answer?.status === 410) {
    shown.remove();
    location.reload();
  }
}

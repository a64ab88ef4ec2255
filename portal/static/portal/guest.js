// Takes the code of a link out of the address; in the waiting room, looks every few seconds how it
// stands. A guest has no record that could tell.
const LOOK = 3_000; // milliseconds

const form = document.querySelector("[data-takes-code]");
if (form && location.hash.length > 1) {
  form.elements.code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  form.elements.name.focus();
}

const shown = document.querySelector("[data-asks]");
if (shown) setInterval(look, LOOK);

async function look() {
  const answer = await fetch(shown.dataset.asks, { cache: "no-store" }).catch(() => null);
  if (answer?.status === 410) return location.reload();
  if (!answer?.ok) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  const [now, before] = [fresh.content, shown].map((one) => one.querySelector("[data-stands]"));
  if (now.dataset.stands !== before.dataset.stands) before.replaceWith(now);
}

// Warns before a session ends, keeps it, and empties every tab when it is over.
// The server decides when that is: it is asked at each warning and at each end.
const dialog = document.querySelector("[data-session-dialog]");
const tabs = new BroadcastChannel("daybook-session");
const TOLD = "daybook-session-told"; // of the end that cannot be put off: once in a tab
const AGAIN = 10_000; // milliseconds until a server that did not answer is asked again

if (dialog) {
  watch(dialog, dialog.querySelector("[data-session-stay]"));
} else {
  tabs.postMessage("out"); // the signed-out page tells the other tabs
}

function watch(dialog, form) {
  const address = new URL("../session/", form.action);
  let timer;
  let ends = { at: Infinity, why: "ended" };
  const leading = ["../logout/", "../capacity/"].map((to) => new URL(to, form.action).href);
  let isLeaving = false; // by a button of this page, whose answer is on its way

  tabs.onmessage = ask;
  form.addEventListener("submit", stay);
  document.addEventListener("submit", ({ target }) => {
    isLeaving ||= leading.includes(target.action);
  });
  document.addEventListener("daybook:cut-off", cutOff);
  dialog.addEventListener("cancel", (event) => event.preventDefault()); // a choice must be made
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  tabs.postMessage("used");
  ask();

  async function ask() {
    plan(await answer(fetch(address, { cache: "no-store" })));
  }

  async function cutOff(event) {
    event.preventDefault();
    if (isLeaving) return;
    const left = await answer(fetch(address, { cache: "no-store" }));
    if (left?.over) return leave();
    location.reload(); // the session stands: it is this page that may not be seen any more
  }

  async function stay(event) {
    event.preventDefault();
    if (ends.why === "longest") {
      dialog.close(); // nothing can be added: they have been told, and go on until then
      return;
    }
    plan(await answer(fetch(form.action, { method: "POST", body: new FormData(form) })));
    tabs.postMessage("used");
  }

  async function answer(request) {
    try {
      const response = await request;
      if (response.status === 401) return { over: true };
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  function plan(left) {
    clearTimeout(timer);
    if (left?.over || (!left && Date.now() >= ends.at)) return leave();
    if (!left) {
      timer = setTimeout(ask, AGAIN);
      return;
    }
    const next = left.longest < left.idle ? "longest" : "idle";
    const { [next]: seconds, [`${next}_warning`]: warning, [`${next}_at`]: clock } = left;
    const isNews = sessionStorage.getItem(TOLD) !== left.longest_at;
    ends = { at: Date.now() + seconds * 1000, why: next };
    if (seconds > warning) {
      dialog.close();
    } else if (!dialog.open && (next === "idle" || isNews)) {
      warn(seconds, clock);
    }
    timer = setTimeout(ask, (seconds > warning ? seconds - warning : seconds) * 1000);
  }

  function warn(seconds, clock) {
    const minutes = Math.ceil(seconds / 60);
    dialog.querySelector("[data-session-end]").textContent = clock;
    dialog.querySelector("[data-session-left]").textContent =
      minutes === 1 ? "1 minute" : `${minutes} minutes`;
    form.querySelector("button").textContent =
      ends.why === "longest" ? "Carry on until then" : "Stay signed in";
    if (ends.why === "longest") sessionStorage.setItem(TOLD, clock);
    dialog.showModal();
  }

  function leave() {
    if (isLeaving) return;
    const why = Date.now() >= ends.at - 1000 ? ends.why : "ended";
    document.body.replaceChildren();
    const next = encodeURIComponent(location.pathname + location.search);
    location.replace(`${new URL("../signed-out/", form.action)}?why=${why}&next=${next}`);
  }
}

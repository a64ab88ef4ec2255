// Saves what is typed into a form: ten seconds after the last key, on leaving the field, the tab or
// the page, and before signing out. The server gives it back when the form is opened again.
const IDLE = 10_000;
const drafts = [...document.querySelectorAll("[data-draft]")].map(keep);

document.addEventListener("submit", signOutLast, true);
document.addEventListener("visibilitychange", () => document.hidden && saveAll());
window.addEventListener("pagehide", saveAll);

function saveAll() {
  return Promise.all(drafts.map((draft) => draft.save()));
}

async function signOutLast(event) {
  const form = event.target;
  if (!form.action.endsWith("/account/logout/") || drafts.every((draft) => draft.isSaved())) return;
  event.preventDefault();
  await saveAll();
  form.submit();
}

function keep(form) {
  const status = form.querySelector("[data-draft-status]");
  let timer;
  let saved = typed("defaultValue");
  let isSent = false;

  form.addEventListener("input", later);
  form.addEventListener("focusout", save);
  form.addEventListener("submit", () => {
    isSent = true;
    clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => (isSent = false));
  save(); // what was typed before this script had come
  return { save, isSaved };

  function typed(what = "value") {
    const fields = form.querySelectorAll("textarea, input[type=text], input[type=tel]");
    return new URLSearchParams([...fields].map((field) => [field.name, field[what]])).toString();
  }

  function isSaved() {
    return isSent || typed() === saved;
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, IDLE);
  }

  async function save() {
    clearTimeout(timer);
    if (isSaved()) return;
    const before = saved;
    saved = typed();
    const body = new URLSearchParams(saved);
    body.set("draft", form.dataset.draft);
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    try {
      const signal = AbortSignal.timeout(5000);
      const sending = { method: "POST", body, keepalive: true, redirect: "error", signal };
      const answer = await fetch(form.dataset.draftTo, sending);
      if (!answer.ok) throw new Error(answer.status);
      status.textContent = (await answer.json()).said;
    } catch {
      saved = before;
      if (isSent) return;
      status.textContent = "Not saved yet. We will try again.";
      later();
    }
  }
}

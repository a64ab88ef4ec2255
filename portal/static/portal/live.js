// Keeps an open page current. The server says which sections may have news, never what;
// the page then fetches its own marked parts again. Without script every page is whole on reload.
const page = document.body.dataset;
const COALESCE = 300; // milliseconds in which several hints are one
const QUIET = 40_000; // without a heartbeat for so long, the line is dead
const POLL = 30_000;
const LONGEST_WAIT = 30_000;
const LONGEST_POLL = 600_000; // until something better than asking is tried again
const ENDED = [4401, 4403]; // the session is over, or may not look any more

const due = new Set();
const seen = new WeakMap(); // part → the entity tag of what it shows
let timer;
let heardAt = Date.now();
let attempts = 0; // that never led to an open line
let tries = 2; // of one way before the next: more once a socket has been open here
let polling = POLL; // for how long to ask before something better is tried
let line = { close() {} };
let next; // the attempt that is to come

if (page.liveUrl && document.querySelector("[data-live]")) {
  document.addEventListener("visibilitychange", woken);
  window.addEventListener("online", afresh);
  window.addEventListener("pageshow", (event) => event.persisted && reconnect());
  connect();
}

function connect() {
  const way = attempts < tries ? socket : attempts < tries + 2 ? events : poll;
  line = way();
}

function reconnect() {
  clearTimeout(next);
  line.close();
  connect();
}

// From the best way on: what did not get through before may do so now.
function afresh() {
  attempts = 0;
  reconnect();
}

function again() {
  next = setTimeout(connect, pause());
}

function pause() {
  const wait = Math.min(LONGEST_WAIT, 500 * 2 ** attempts);
  attempts += 1;
  return Math.random() * wait;
}

function opened() {
  polling = POLL;
}

function socket() {
  const way = new WebSocket(new URL(page.liveUrl, location.href).href.replace(/^http/, "ws"));
  way.onopen = () => {
    tries = 8;
    opened();
    way.send(JSON.stringify({ t: "hello", c: page.cursor ?? "" }));
  };
  way.onmessage = ({ data }) => heard(JSON.parse(data));
  way.onclose = ({ code }) => (ENDED.includes(code) ? cutOff() : again());
  return closing(way, () => way.close());
}

function events() {
  const way = new EventSource(`${page.liveUrl}events?c=${encodeURIComponent(page.cursor ?? "")}`);
  way.onopen = opened;
  way.onmessage = ({ data }) => heard(JSON.parse(data));
  way.onerror = () => {
    way.close();
    again();
  };
  return closing(way, () => way.close());
}

function poll() {
  let stopped = false;
  let away = false;
  const ask = async () => {
    if (stopped) return;
    const headers = page.cursor ? { "If-None-Match": `"${page.cursor}"` } : {};
    const address = `${page.liveUrl}head`;
    const answer = await fetch(address, { cache: "no-store", headers }).catch(() => null);
    if (stopped) return;
    if (answer?.status === 401) return cutOff();
    if (answer?.status === 304) heard({ t: "head" });
    if (answer?.ok) {
      const { c } = await answer.json();
      heard(c && c !== page.cursor ? { t: "ev", c, k: everything() } : { t: "head", c });
    }
    if (answer && away) return afresh(); // nothing got through: it may not be the socket's fault
    away = !answer;
    setTimeout(ask, away ? pause() : POLL * (0.8 + 0.4 * Math.random()));
  };
  next = setTimeout(afresh, polling);
  polling = Math.min(2 * polling, LONGEST_POLL);
  ask();
  return { close: () => (stopped = true) };
}

function closing(way, close) {
  return {
    close() {
      way.onclose = way.onerror = null;
      close();
    },
  };
}

function heard({ t, c, k }) {
  heardAt = Date.now();
  attempts = 0;
  if (t === "bye") return cutOff();
  if (t === "reset") return location.reload();
  if (c) page.cursor = c;
  if (t === "ev") look(k);
}

// session.js, where it runs, says why; else the server does when the page is asked for again.
function cutOff() {
  const told = new CustomEvent("daybook:cut-off", { cancelable: true });
  if (document.dispatchEvent(told)) location.reload();
}

function woken() {
  if (document.hidden) return;
  if (Date.now() - heardAt > QUIET) afresh();
  if (due.size) later();
}

function everything() {
  const keys = [...document.querySelectorAll("[data-live]")].map((part) => part.dataset.live);
  return [...new Set(keys.flatMap((list) => list.split(" ")))];
}

function look(keys) {
  for (const key of keys) {
    document.querySelectorAll(`[data-live~="${CSS.escape(key)}"]`).forEach((part) => due.add(part));
  }
  if (due.size && !document.hidden) later();
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const parts = [...due];
    due.clear();
    parts.forEach(refresh);
  }, COALESCE);
}

async function refresh(part) {
  if (isTypedIn(part)) {
    part.addEventListener("focusout", () => look(part.dataset.live.split(" ")), { once: true });
    return;
  }
  const headers = seen.has(part) ? { "If-None-Match": seen.get(part) } : {};
  const address = new URL(part.dataset.liveSrc, location.href);
  const answer = await fetch(address, { cache: "no-store", headers }).catch(() => null);
  if (!answer) return void due.add(part);
  if (answer.status === 401) return cutOff();
  // There is no such part any more: the page itself leads to where it has gone.
  if (answer.redirected || [403, 404].includes(answer.status)) return location.reload();
  if (answer.status !== 200) return;
  if (answer.headers.has("ETag")) seen.set(part, answer.headers.get("ETag"));
  if (!swap(part, await answer.text())) return;
  // News that came meanwhile were of the parts that stood here before.
  part.querySelectorAll("[data-live]").forEach((one) => due.add(one));
  if (due.size && !document.hidden) later();
}

// The reader's place stays: focus by id, opened details by order.
function swap(part, html) {
  if (part.innerHTML.trim() === html.trim()) return false;
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...part.querySelectorAll("details")].map((one) => one.open);
  part.innerHTML = html;
  part.querySelectorAll("details").forEach((one, n) => (one.open = open[n] ?? one.open));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  return true;
}

function isTypedIn(part) {
  const active = document.activeElement;
  return part.contains(active) && active.matches("input, textarea, select");
}

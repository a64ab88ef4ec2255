// A call of two or three: each browser sends to each other one. Who is there is said by the room.
import { Captions, canCaption } from "./captions.js";
import { Line } from "./line.js";
import { ownMedia, stop } from "./media.js";
import { Peer } from "./peer.js";

const room = document.querySelector("[data-call]");
const find = (name) => room.querySelector(`[data-${name}]`);
const button = (name) => room.querySelector(`[data-do="${name}"]`);
const isModerator = room.dataset.role === "moderator";
const peers = new Map(); // party → Peer
const tiles = new Map(); // party → figure of a third
const tracks = {}; // what we send, by kind
const THIRDS = ["carer", "interpreter"];
const RANKS = ["patient", "interpreter", "carer", "moderator"]; // of two, the lower gives way
const ABSENT = 20_000; // milliseconds for somebody whose line broke to come back
let config = {};
let me; // our own party
let own;
let line;
let shared;
let connectedAt;
let wantsCaptions = false;
let understands = false;
const captions = new Captions((words) => peers.forEach((one) => one.tell(words)));

begin();

async function begin() {
  own = await ownMedia();
  own.stream.getTracks().forEach((track) => (tracks[track.kind] = track));
  find("self").querySelector("video").srcObject = own.stream;
  find("no-camera").hidden = !own.refused;
  button("mute").closest("li").hidden = !tracks.audio;
  button("video").closest("li").hidden = !tracks.video;
  if (isModerator && navigator.mediaDevices?.getDisplayMedia) button("share").closest("li").hidden = false;
  understands = await canCaption();
  button("captions").closest("li").hidden = !understands;
  line = new Line(room.dataset.call, { welcome, roster, signal, lost, over });
}

function welcome({ id, ice, relay }) {
  me = id;
  config = { iceServers: ice, iceTransportPolicy: relay ? "relay" : "all" };
  find("lost").hidden = true;
  peers.forEach((one) => {
    one.way.setConfiguration(config);
    if (!one.isConnected) one.restart();
  });
}

// Whoever is not in the room any more is let go of: a third at once, so that nobody is ever left
// alone with one; the two whose call it is may have lost their line alone.
function roster({ with: others, held }) {
  const here = new Map(others.map((one) => [one.id, one]));
  for (const [id, peer] of peers) {
    const now = here.get(id);
    const isThird = THIRDS.includes(peer.other.role) || (THIRDS.includes(room.dataset.role) && held);
    if ((now && now.page !== peer.other.page) || (!now && isThird)) drop(id);
    else if (!now) peer.absence ??= setTimeout(() => !peer.isConnected && drop(id), ABSENT);
    else peer.absence = clearTimeout(peer.absence);
  }
  others.filter((one) => !peers.has(one.id)).forEach(meet);
  show();
}

function meet(other) {
  const [ours, theirs] = [room.dataset.role, other.role].map((role) => RANKS.indexOf(role));
  const isPolite = ours === theirs ? me < other.id : ours < theirs;
  const say = (d) => line.say({ t: "signal", to: other.id, d });
  peers.set(other.id, new Peer(other, { isPolite, config, tracks, stream: own.stream, say, changed }));
}

function drop(id) {
  const peer = peers.get(id);
  clearTimeout(peer.absence);
  peer.close();
  peers.delete(id);
  tiles.get(id)?.remove();
  tiles.delete(id);
  if (find("main").dataset.of === id) {
    find("main").querySelector("video")?.remove();
    delete find("main").dataset.of;
  }
}

function signal({ from, d }) {
  peers.get(from)?.hear(d);
}

function lost() {
  const isCut = ![...peers.values()].some((one) => one.isConnected);
  find("lost").hidden = !isCut;
}

function over(code) {
  peers.forEach((_, id) => drop(id));
  stop(own?.stream);
  stop(shared);
  if (code === 4401) return location.reload();
  if (code === 4409) return say("You joined this call in another window. You can close this one.");
  location.assign(room.dataset.after);
}

function changed(peer, what, data) {
  if (what === "said") caption(peer, data);
  show();
}

// The clinician, or the patient, is large; a third stands at the side.
function show() {
  const first = [...peers.values()].find((one) => one.other.role === (isModerator ? "patient" : "moderator"));
  peers.forEach((peer, id) => picture(peer, peer === first ? find("main") : tile(id, peer.other)));
  const isOn = Boolean(first?.isConnected);
  find("wait").hidden = isOn;
  if (isOn) {
    connectedAt ??= Date.now();
    find("lost").hidden = true;
  } else if (connectedAt) {
    say(`Getting ${find("name").textContent} back`);
  }
  room.dataset.connected = [...peers.values()].filter((one) => one.isConnected).length;
  minutes();
}

function picture(peer, figure) {
  let video = figure.querySelector("video");
  if (!video) {
    video = document.createElement("video");
    Object.assign(video, { autoplay: true, playsInline: true });
    video.setAttribute("aria-label", peer.other.name);
    figure.prepend(video);
  }
  if (video.srcObject !== peer.stream) video.srcObject = peer.stream;
  if (figure === find("main")) figure.dataset.of = peer.other.id;
  else figure.querySelector("[data-wait]").hidden = peer.isConnected;
}

function tile(id, other) {
  if (!tiles.has(id)) {
    const figure = find("self").cloneNode(true);
    figure.removeAttribute("data-self");
    figure.querySelector("video").remove();
    figure.querySelector("figcaption").textContent = other.name;
    const wait = document.createElement("p");
    wait.className = "db-tile__wait";
    wait.dataset.wait = "";
    wait.textContent = `Getting ${other.name} back`;
    figure.append(wait);
    find("tiles").prepend(figure);
    tiles.set(id, figure);
  }
  return tiles.get(id);
}

function say(words) {
  const said = find("wait-words");
  find("wait").hidden = false;
  if (said.textContent !== words) said.textContent = words;
}

function minutes() {
  if (!connectedAt) return;
  const count = Math.floor((Date.now() - connectedAt) / 60_000);
  find("minutes").textContent = `${count} ${count === 1 ? "minute" : "minutes"} so far`;
}

function caption(peer, words) {
  if (words === "\u0001captions") return understands && captions.start();
  if (!wantsCaptions) return;
  const line = document.createElement("p");
  const who = document.createElement("strong");
  who.textContent = `${peer.other.name}: `;
  line.append(who, words);
  find("captions").append(line);
  find("captions").scrollTop = find("captions").scrollHeight;
}

const acts = {
  mute: () => toggle("audio", "mute"),
  video: () => toggle("video", "video"),
  without: () => (find("no-camera").hidden = true),
  captions() {
    wantsCaptions = !wantsCaptions;
    find("captions").hidden = !wantsCaptions;
    press("captions", wantsCaptions);
    if (wantsCaptions) peers.forEach((one) => one.tell("\u0001captions"));
  },
  async share() {
    if (shared) return unshare();
    shared = await navigator.mediaDevices.getDisplayMedia({ video: true }).catch(() => null);
    const [screen] = shared?.getVideoTracks() ?? [];
    if (!screen) return;
    screen.onended = unshare;
    sendAll(screen);
    press("share", true);
  },
};

function unshare() {
  stop(shared);
  shared = null;
  press("share", false);
  const [camera] = own.stream.getVideoTracks();
  if (camera) sendAll(camera);
}

function sendAll(track) {
  tracks.video = track;
  peers.forEach((one) => one.send(track, own.stream));
}

function toggle(kind, name) {
  const [track] = own.stream.getTracks().filter((one) => one.kind === kind);
  track.enabled = !track.enabled;
  press(name, !track.enabled);
}

function press(name, isOn) {
  const one = button(name);
  one.setAttribute("aria-pressed", isOn);
  one.querySelector("span").textContent = isOn ? one.dataset.pressed : one.dataset.plain;
}

room.addEventListener("click", ({ target }) => acts[target.closest("[data-do]")?.dataset.do]?.());
find("leave")?.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.asked) return;
  event.preventDefault();
  form.dataset.asked = "yes";
  form.querySelector("span").textContent = "Leave now?";
  setTimeout(() => {
    delete form.dataset.asked;
    form.querySelector("span").textContent = "Leave";
  }, 6000);
});
setInterval(minutes, 10_000);

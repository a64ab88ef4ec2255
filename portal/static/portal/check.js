// The device check: tries camera, microphone and line, and leaves what it found in the form.
import { chime, ownMedia, stop } from "./media.js";

const page = document.querySelector("[data-check]");
const find = (name) => page.querySelector(`[data-check-${name}]`);
const GOOD = 1500; // kilobits in a second that a picture and its sound need
const HEARD = 4; // of a hundred: louder than a quiet room
const PROBE = 3;
let stream;

find("start").addEventListener("click", check);
find("again").addEventListener("click", check);
find("speaker").hidden = false;
find("play").addEventListener("click", chime);
window.addEventListener("pagehide", () => stop(stream));
start();

// Who has allowed it before is not asked to press anything.
async function start() {
  find("start").hidden = false;
  const asked = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
  if (asked?.state === "granted") check();
}

async function check() {
  find("start").hidden = true;
  network();
  const found = await ownMedia();
  stop(stream);
  stream = found.stream;
  const [camera] = stream.getVideoTracks();
  const [microphone] = stream.getAudioTracks();
  const isBlocked = found.refused === "refused";
  set("camera", camera ? "works" : found.refused);
  if (microphone) listen();
  else set("microphone", found.refused);
  find("picture").srcObject = stream;
  find("picture").hidden = !camera;
  find("dark").hidden = Boolean(camera);
  find("blocked").hidden = !isBlocked;
  find("all").hidden = isBlocked;
  if (isBlocked) find("blocked").querySelector("h1").focus();
}

function listen() {
  const sound = new AudioContext();
  const meter = new AnalyserNode(sound, { fftSize: 512 });
  sound.createMediaStreamSource(stream).connect(meter);
  sound.resume();
  const waves = new Uint8Array(meter.fftSize);
  const timer = setInterval(() => {
    if (!stream.active) return clearInterval(timer);
    meter.getByteTimeDomainData(waves);
    const loudest = Math.max(...waves.map((one) => Math.abs(one - 128)));
    const level = Math.min(100, Math.round((loudest / 128) * 200));
    find("meter").value = level;
    if (level >= HEARD) set("microphone", "works");
  }, 100);
  // A quiet room is no fault: what is allowed and connected will do.
  setTimeout(() => value("microphone") || set("microphone", "works"), 4000);
}

// Loads a file of ours a few times over: enough to tell a good line from a bad one.
async function network() {
  const address = document.querySelector("link[rel=stylesheet]").href;
  let best = 0;
  for (let n = 0; n < PROBE; n += 1) {
    const began = performance.now();
    const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return set("network", "none");
    const { size } = await answer.blob();
    best = Math.max(best, (size * 8) / (performance.now() - began));
  }
  set("network", best >= GOOD ? "works" : "slow");
}

function set(name, state) {
  const row = page.querySelector(`[data-check-row="${name}"]`);
  const word = row.querySelector("[data-check-word]");
  row.dataset.state = state;
  const said = word.dataset[state] ?? word.textContent;
  if (word.textContent !== said) word.textContent = said;
  page.querySelector(`[data-check-value="${name}"]`).value = state;
  if (name === "network") find("slow").hidden = state !== "slow";
}

function value(name) {
  return page.querySelector(`[data-check-value="${name}"]`).value;
}

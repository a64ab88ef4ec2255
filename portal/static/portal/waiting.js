// The waiting room: our own picture, and a sound and a title when it is our turn.
import { chime, stop } from "./media.js";

const room = document.querySelector("[data-waiting]");
const own = document.querySelector("[data-own]");
const title = document.title;
let isReady = Boolean(room.querySelector("[data-let-in]"));

new MutationObserver(look).observe(room, { childList: true, subtree: true });
picture();

function look() {
  const wasReady = isReady;
  isReady = Boolean(room.querySelector("[data-let-in]"));
  document.title = isReady ? room.dataset.readyTitle : title;
  if (isReady && !wasReady) {
    chime();
    document.getElementById("join-now")?.focus();
  }
}

// Nobody is asked for their camera here: who allowed it in the check sees themselves.
async function picture() {
  try {
    const asked = await navigator.permissions.query({ name: "camera" });
    if (asked.state !== "granted") return;
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    own.querySelector("video").srcObject = stream;
    own.hidden = false;
    window.addEventListener("pagehide", () => stop(stream));
  } catch {
    // no camera: the page says so where it was checked
  }
}

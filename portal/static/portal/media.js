// Our own camera and microphone, so far as there are any and they are allowed.
const PICTURE = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24, max: 30 } };
const SOUND = { echoCancellation: true, noiseSuppression: true };

// Asks for both, then for either: who has no camera is heard, who has no microphone is seen.
export async function ownMedia() {
  const asked = [{ audio: SOUND, video: PICTURE }, { audio: SOUND }, { video: PICTURE }];
  let refused = "";
  for (const wanted of navigator.mediaDevices ? asked : []) {
    try {
      return { stream: await navigator.mediaDevices.getUserMedia(wanted), refused };
    } catch (fault) {
      refused ||= fault.name === "NotAllowedError" ? "refused" : "none";
    }
  }
  return { stream: new MediaStream(), refused: refused || "none" };
}

export function stop(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}

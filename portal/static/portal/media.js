// Our own camera and microphone, so far as there are any and they are allowed; and a sound.
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

export function chime() {
  try {
    const sound = new AudioContext();
    [660, 880].forEach((pitch, n) => {
      const tone = new OscillatorNode(sound, { frequency: pitch });
      const level = new GainNode(sound, { gain: 0.15 });
      tone.connect(level).connect(sound.destination);
      tone.start(sound.currentTime + n * 0.25);
      tone.stop(sound.currentTime + n * 0.25 + 0.22);
    });
  } catch {
    // a browser without sound shows it all the same
  }
}

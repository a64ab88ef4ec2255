// Captions of what we say, for those who asked. Only where the browser understands speech by
// itself: what is said in a consultation is sent to nobody else to be written down.
const LANGUAGE = "en-GB";
const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export async function canCaption() {
  try {
    const asked = { langs: [LANGUAGE], processLocally: true };
    return (await Recognition?.available?.(asked)) === "available";
  } catch {
    return false;
  }
}

export class Captions {
  constructor(tell) {
    this.tell = tell;
  }

  start() {
    if (this.listening) return;
    this.listening = new Recognition();
    Object.assign(this.listening, { lang: LANGUAGE, continuous: true, processLocally: true });
    this.listening.onresult = ({ results, resultIndex }) => this.tell(results[resultIndex][0].transcript);
    this.listening.onend = () => this.listening?.start();
    this.listening.onerror = ({ error }) => error === "not-allowed" && this.stop();
    this.listening.start();
  }

  stop() {
    const listening = this.listening;
    this.listening = null;
    listening?.stop();
  }
}

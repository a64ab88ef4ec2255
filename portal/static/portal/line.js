// The line to the room: says hello, passes signals, and comes back when it breaks. It carries
// nothing of what is said or shown.
const LONGEST_WAIT = 8000;
const SIGN_OF_LIFE = 8000;
const FINAL = [4401, 4403, 4404, 4409, 4410];

export class Line {
  constructor(address, on) {
    this.address = new URL(address, location.href).href.replace(/^http/, "ws");
    this.page = crypto.randomUUID();
    this.on = on;
    this.attempts = 0;
    this.connect();
    window.addEventListener("online", () => this.again(0));
    window.addEventListener("pagehide", () => this.close());
    setInterval(() => this.say({ t: "ping" }), SIGN_OF_LIFE);
  }

  connect() {
    this.way = new WebSocket(this.address);
    this.way.onopen = () => this.way.send(JSON.stringify({ t: "hello", page: this.page }));
    this.way.onmessage = ({ data }) => this.heard(JSON.parse(data));
    this.way.onclose = ({ code }) => this.closed(code);
  }

  heard(said) {
    if (said.t === "welcome") this.attempts = 0;
    this.on[said.t]?.(said);
  }

  closed(code) {
    if (FINAL.includes(code)) return this.on.over(code);
    this.on.lost();
    this.attempts += 1;
    this.again(Math.random() * Math.min(LONGEST_WAIT, 500 * 2 ** this.attempts));
  }

  again(wait) {
    clearTimeout(this.next);
    if (this.isClosed || this.way.readyState < WebSocket.CLOSING) return;
    this.next = setTimeout(() => this.connect(), wait);
  }

  say(said) {
    if (this.way.readyState === WebSocket.OPEN) this.way.send(JSON.stringify(said));
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.next);
    this.way.onclose = null;
    this.way.close();
  }
}

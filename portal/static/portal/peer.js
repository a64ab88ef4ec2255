// One connection to one other person. Either side may offer at any time; where both do at once,
// the polite one gives way, and it lets the other begin. A path that breaks is looked for again.
const PATIENCE = 4000; // milliseconds for a path to come back by itself
const FIRST = 3000; // in which the polite one leaves the first offer to the other
const STUCK = 15_000; // after which a path that was never found is looked for anew

export class Peer {
  constructor(other, { isPolite, config, tracks, stream, say, changed }) {
    Object.assign(this, { other, isPolite, say, changed });
    this.way = new RTCPeerConnection(config);
    this.stream = new MediaStream();
    this.isOffering = false;
    this.isDeaf = false;
    this.heard = Promise.resolve();
    this.senders = {};
    for (const track of Object.values(tracks)) this.send(track, stream);
    this.channel = this.way.createDataChannel("captions", { negotiated: true, id: 0 });
    this.channel.onmessage = ({ data }) => changed(this, "said", data);
    this.way.onnegotiationneeded = () => this.wanted();
    this.way.onicecandidate = ({ candidate }) => candidate && say({ candidate });
    this.way.ontrack = ({ track }) => this.take(track);
    this.way.onconnectionstatechange = () => this.moved();
    this.stuck = setInterval(() => this.isConnected || this.restart(), STUCK);
  }

  get isConnected() {
    return this.way.connectionState === "connected";
  }

  send(track, stream) {
    const sender = this.senders[track.kind];
    if (sender) sender.replaceTrack(track);
    else this.senders[track.kind] = this.way.addTrack(track, stream);
  }

  take(track) {
    this.stream.getTracks().forEach((old) => old.kind === track.kind && this.stream.removeTrack(old));
    this.stream.addTrack(track);
    this.changed(this, "stream");
  }

  wanted() {
    if (!this.isPolite || this.way.remoteDescription) return this.offer();
    this.first ??= setTimeout(() => this.way.remoteDescription || this.offer(), FIRST);
  }

  async offer() {
    try {
      this.isOffering = true;
      await this.way.setLocalDescription();
      this.say({ description: this.way.localDescription });
    } catch {
      // closed meanwhile
    } finally {
      this.isOffering = false;
    }
  }

  hear(said) {
    this.heard = this.heard.then(() => this.understand(said)).catch(() => this.restart());
  }

  async understand({ description, candidate }) {
    if (description) {
      const isBusy = this.isOffering || this.way.signalingState !== "stable";
      this.isDeaf = !this.isPolite && description.type === "offer" && isBusy;
      if (this.isDeaf) return;
      if (description.type === "answer" && this.way.signalingState !== "have-local-offer") return;
      await this.way.setRemoteDescription(description);
      if (description.type !== "offer") return;
      await this.way.setLocalDescription();
      this.say({ description: this.way.localDescription });
    } else if (candidate) {
      await this.way.addIceCandidate(candidate).catch(() => {}); // of an offer that gave way
    }
  }

  moved() {
    clearTimeout(this.patience);
    const state = this.way.connectionState;
    if (state === "failed") this.restart();
    if (state === "disconnected") this.patience = setTimeout(() => this.restart(), PATIENCE);
    this.changed(this, "state");
  }

  restart() {
    if (this.way.connectionState !== "closed") this.way.restartIce();
  }

  tell(words) {
    if (this.channel.readyState === "open") this.channel.send(words);
  }

  close() {
    clearTimeout(this.patience);
    clearTimeout(this.first);
    clearInterval(this.stuck);
    this.way.onconnectionstatechange = null;
    this.way.close();
  }
}

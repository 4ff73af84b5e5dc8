/** Sends the newest wish: one is on its way, one waits, whatever came between the two is never sent. */
export class Newest {
  /**
   * @param {(wish: any, signal: AbortSignal) => Promise<any>} send
   * @param {{onAnswer: (answer: any) => void, onError: (error: unknown) => void}} page
   * @param {number} [pause] milliseconds of rest between two wishes while a hand drags
   */
  constructor(send, page, pause = 40) {
    this.send = send;
    this.page = page;
    this.pause = pause;
    /** @type {{wish: any, isLast: boolean}|null} */
    this.waiting = null;
    /** @type {AbortController|null} */
    this.flight = null;
    this.isRunning = false;
  }

  /** @param {any} wish @param {boolean} [isLast] the hand has let go: what is on its way is given up */
  ask(wish, isLast = true) {
    this.waiting = { wish, isLast };
    if (isLast) this.flight?.abort();
    if (!this.isRunning) void this.#run();
  }

  async #run() {
    this.isRunning = true;
    while (this.waiting) {
      const { wish, isLast } = this.waiting;
      this.waiting = null;
      await this.#fly(wish);
      if (!isLast && !(/** @type {any} */ (this.waiting)?.isLast))
        await new Promise((done) => setTimeout(done, this.pause));
    }
    this.isRunning = false;
  }

  /** @param {any} wish */
  async #fly(wish) {
    const flight = new AbortController();
    this.flight = flight;
    try {
      const answer = await this.send(wish, flight.signal);
      if (!flight.signal.aborted) this.page.onAnswer(answer);
    } catch (error) {
      if (!flight.signal.aborted) this.page.onError(error);
    }
  }
}

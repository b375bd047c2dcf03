/** How long a call may take at most once it is inside, when callers keep coming faster than they are served. */
const LONGEST_STAY_MS = 250;
/** Fewer would make batches small, and what batches save is what a server short of time needs most. */
const LEAST_LIMIT = 512;
/** A crowd that comes at once, as at the start of a sale, is let in: it is served within a second or two, and is gone. */
const MOST_INSIDE = 10_000;

/** How often the crowd is looked at, in milliseconds. */
export const LOOK_EVERY_MS = 100;
/** A crowd that has not grown thin for so long is no burst: more come than can be served; until it has been thin for so long. */
const STEADY_MS = 1_000;
/** How much of the speed is that of the newest look. */
const NEWEST = 0.3;

/**
 * The calls that are being served, and how many may be. As long as the crowd grows thin again there is room for nearly
 * everybody. When it has stood for a second, so that whoever comes in only waits longer, there is room for as many as leave
 * within a quarter of a second: what counts is the time inside, measured by those who leave, not a number somebody chose.
 */
export class Crowd {
  /** Calls that wait for somebody else's transaction and cost nothing meanwhile: they leave room for others. */
  readonly #stuck: () => number;
  #inside = 0;
  #leftSince = 0;
  #leastSince = 0;
  #lookedMs: number;
  #leavePerMs = 0;
  /** Since when it has not grown thin at any look, or, when it is a standing one, has at each. */
  #otherwiseSinceMs: number | undefined;
  #standing = false;
  #limit = MOST_INSIDE;

  constructor(stuck: () => number, nowMs: number) {
    this.#stuck = stuck;
    this.#lookedMs = nowMs;
  }

  get inside(): number {
    return this.#inside;
  }

  get limit(): number {
    return this.#limit;
  }

  get hasRoom(): boolean {
    return this.#inside - this.#stuck() < this.#limit;
  }

  /** How long whoever comes in now will be inside, in milliseconds; 0 while the crowd is not standing. */
  get expectedMs(): number {
    return this.#standing && this.#leavePerMs > 0 ? (this.#inside - this.#stuck()) / this.#leavePerMs : 0;
  }

  enter(calls: number): void {
    this.#inside += calls;
  }

  leave(calls: number): void {
    this.#inside -= calls;
    this.#leftSince += calls;
    this.#leastSince = Math.min(this.#leastSince, this.#inside - this.#stuck());
  }

  /** Calls that leave without having been served: they say nothing of how fast others are. */
  forget(calls: number): void {
    this.#inside -= calls;
    this.#leastSince = Math.min(this.#leastSince, this.#inside - this.#stuck());
  }

  /** Decides how many there is room for until the next look. */
  look(nowMs: number): void {
    const beganMs = this.#lookedMs;
    const leavePerMs = this.#leftSince / Math.max(1, nowMs - beganMs);
    const least = this.#leastSince;
    this.#lookedMs = nowMs;
    this.#leftSince = 0;
    this.#leastSince = this.#inside - this.#stuck();
    // Who had nothing to do for a moment could have done more.
    if (least > 0) this.#leavePerMs += NEWEST * (leavePerMs - this.#leavePerMs);

    const standingLimit = Math.max(LEAST_LIMIT, Math.round(this.#leavePerMs * LONGEST_STAY_MS));
    const isOtherwise = this.#standing ? least < this.#limit / 2 : least > standingLimit;
    this.#otherwiseSinceMs = isOtherwise ? (this.#otherwiseSinceMs ?? beganMs) : undefined;
    if (this.#otherwiseSinceMs !== undefined && nowMs - this.#otherwiseSinceMs >= STEADY_MS) {
      this.#standing = !this.#standing;
      this.#otherwiseSinceMs = undefined;
    }
    this.#limit = this.#standing ? standingLimit : MOST_INSIDE;
  }
}

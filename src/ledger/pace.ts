/** How long workers and the leader wait for a word of one another. All in ms of running time. */
export interface Pace {
  /** Between two signs of life of a worker for everything that it has claimed. */
  alive: number;
  /**
   * How long an heir waits for a word of the worker that had the run before. Longer than that worker's
   * guard needs to end its commands when it stands still, and than a worker whose link was lost
   * needs to come back.
   */
  heirWaits: number;
  /** Between two looks of the leader at the claims. */
  look: number;
  /**
   * So many looks in a row without a sign of life, and a claim is lost. Looks, and not the wall clocks
   * of workers, which may be wrong; nor time, during which the leader's machine may have slept.
   */
  silentLooks: number;
}

/** A claim is lost after 90 s of silence: three signs of life. */
export const STANDARD_PACE: Pace = {
  alive: 30_000,
  heirWaits: 20_000,
  look: 5000,
  silentLooks: 18,
};

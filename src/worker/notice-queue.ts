import { after } from "./after.ts";

/** Something that is to be done; it ends soon when `stop` is aborted, and never rejects. */
export type Task = (stop: AbortSignal) => Promise<void>;

/** Tasks that go on beside everything else, a bounded number at once. */
export interface NoticeQueue {
  /**
   * Does `task` when there is room for it and for another one at `place`, in the order of the calls.
   * False: too many wait, and it is not done.
   */
  add(place: string, task: Task): boolean;
  /** Resolves when nothing is going and nothing waits. */
  idle(): Promise<void>;
  /**
   * Lets the tasks end within `ms`, then aborts them, also those that wait; and resolves. Tasks that
   * come after it find `stop` aborted.
   */
  drain(ms: number): Promise<void>;
}

export interface Room {
  /** The most tasks at once. */
  going: number;
  /** The most at one place: who does not answer keeps nobody else waiting. */
  atOnePlace: number;
  /** The most that wait. */
  waiting: number;
}

export function createNoticeQueue(room: Room): NoticeQueue {
  const stop = new AbortController();
  const waiting = new Set<{ place: string; task: Task }>();
  const going = new Set<Promise<void>>();
  const places = new Map<string, number>();

  function start(): void {
    for (const item of waiting) {
      if (going.size >= room.going) return;
      const { place, task } = item;
      const there = places.get(place) ?? 0;
      if (there >= room.atOnePlace) continue;
      waiting.delete(item);
      places.set(place, there + 1);
      const done = task(stop.signal).finally(() => {
        going.delete(done);
        leave(place);
        start();
      });
      going.add(done);
    }
  }

  function leave(place: string): void {
    const left = places.get(place)! - 1;
    if (left > 0) places.set(place, left);
    else places.delete(place);
  }

  async function idle(): Promise<void> {
    while (going.size > 0) await Promise.race(going);
  }

  return {
    add(place, task) {
      if (waiting.size >= room.waiting) return false;
      waiting.add({ place, task });
      start();
      return true;
    },
    idle,
    async drain(ms) {
      const callOff = after(ms, () => stop.abort());
      await idle();
      callOff();
      stop.abort();
    },
  };
}

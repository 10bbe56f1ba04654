import { type ClockProcess, type ClockProgram, startClock } from "./clock.ts";
import type { Way } from "./ground.ts";

/** A place for a clock, with its own way to the broker. One clock after the other sits in it. */
export interface Seat {
  readonly name: string;
  /** All that sat here, the newest last. */
  readonly clocks: readonly ClockProcess[];
  /** The one that sits here now, frozen or not. */
  readonly clock: ClockProcess | undefined;
  /** How far the wall clock here is off. ms. */
  readonly offset: number;
  /** The furthest ahead that it ever was. ms. */
  readonly furthest: number;
  /** Starts a clock if there is none. */
  start(): void;
  setOffset(ms: number): Promise<void>;
  /** Kills what is left. */
  close(): Promise<void>;
}

export interface SeatOptions {
  name: string;
  file: string;
  way: Way;
  program: ClockProgram;
}

export function createSeat({ name, file, way, program }: SeatOptions): Seat {
  const clocks: ClockProcess[] = [];
  let offset = 0;
  let furthest = 0;
  let closed = false;
  const current = () => (clocks.at(-1)?.isRunning ? clocks.at(-1) : undefined);
  return {
    name,
    clocks,
    get clock() {
      return current();
    },
    get offset() {
      return offset;
    },
    get furthest() {
      return furthest;
    },
    start() {
      if (closed || current()) return;
      clocks.push(startClock({ file, url: way.url, program, offset }));
    },
    async setOffset(ms) {
      offset = ms;
      furthest = Math.max(furthest, ms);
      await current()?.setOffset(ms);
    },
    async close() {
      closed = true;
      const left = current();
      if (left) {
        left.told.push("kill");
        left.signal("SIGKILL");
        await left.exited;
      }
      await way.close();
    },
  };
}

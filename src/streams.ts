import type { Writable } from "node:stream";

/** More than this waiting to be read, and nobody reads. Bytes. */
const MOST_WAITING = 16 * 1024 * 1024;

/**
 * Writes lines, and drops them while the reader does not keep up: a log that nobody reads must not
 * grow until the process dies of it. How many were dropped is said as soon as there is room.
 */
export function boundedWriter(stream: Writable): (text: string) => void {
  let dropped = 0;
  return (text) => {
    if (stream.writableLength > MOST_WAITING) {
      dropped++;
      return;
    }
    if (dropped > 0) {
      stream.write(
        `${JSON.stringify({ level: "warn", msg: `${dropped} log lines were dropped` })}\n`,
      );
      dropped = 0;
    }
    stream.write(text);
  };
}

/** What a reader that does not read gets from somebody in a hurry. ms. */
const PATIENCE_MS = 2000;

/**
 * Resolves when everything written has left the process, or the reader is gone; in a hurry also when
 * nothing was read for two seconds. Otherwise a reader may take its time, as a person with a pager does.
 */
export function flushed(stream: Writable, isHurried: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    let last = stream.writableLength;
    if (last === 0 || stream.destroyed) return resolve();
    const timer = setInterval(() => {
      const isStuck = isHurried() && stream.writableLength === last;
      if (isStuck || stream.destroyed) finish();
      last = stream.writableLength;
    }, PATIENCE_MS);
    const finish = () => {
      clearInterval(timer);
      resolve();
    };
    stream.write("", finish);
  });
}

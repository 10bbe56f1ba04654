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

/** How long a slow reader may keep the process at the end. ms. */
const FLUSH_MS = 2000;

/** Resolves when everything written has left the process, or the reader is too slow or gone. */
export function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    let last = stream.writableLength;
    if (last === 0 || stream.destroyed) return resolve();
    // As long as somebody reads, there is time.
    const timer = setInterval(() => {
      if (stream.writableLength === last || stream.destroyed) finish();
      last = stream.writableLength;
    }, FLUSH_MS);
    const finish = () => {
      clearInterval(timer);
      resolve();
    };
    stream.write("", finish);
  });
}

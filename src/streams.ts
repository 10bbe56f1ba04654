import type { Writable } from "node:stream";

/** More than this waiting to be read, and nobody reads. Bytes. */
const MOST_WAITING = 16 * 1024 * 1024;

/** Where the lines of a log go. */
export interface LogWriter {
  /** Whole lines. They are dropped while the reader does not keep up. */
  write(text: string): void;
  /** Gives the stream all that waits: nothing is held any more. */
  release(): void;
}

/**
 * Writes lines, and drops them while the reader does not keep up: a log that nobody reads must not
 * grow until the process dies of it. How many were dropped is said as soon as there is room.
 */
export function boundedWriter(stream: Writable): LogWriter {
  const held = packedText();
  let dropped = 0;
  const tellDropped = () => {
    if (dropped === 0) return;
    held.add(`${JSON.stringify({ level: "warn", msg: `${dropped} log lines were dropped` })}\n`);
    dropped = 0;
  };
  const writeNext = () => {
    tellDropped();
    const bytes = held.take();
    if (bytes) stream.write(bytes, writeNext);
  };
  return {
    write(text) {
      if (stream.writableLength + held.length() > MOST_WAITING) dropped++;
      else if (stream.writableLength === 0 && held.length() === 0) stream.write(text, writeNext);
      else {
        tellDropped();
        held.add(text);
      }
    },
    release() {
      tellDropped();
      for (let bytes = held.take(); bytes; bytes = held.take()) stream.write(bytes, writeNext);
    },
  };
}

/** bytes */
const PACK = 64 * 1024;

/**
 * Keeps text as bytes in few pieces. A stream, or a string that grows, keeps each short line by
 * itself, which takes many times the memory and leaves as much behind as garbage.
 */
function packedText() {
  const full: Buffer[] = [];
  let open = Buffer.alloc(0);
  let used = 0;
  let length = 0;
  const close = (size: number) => {
    if (used > 0) full.push(open.subarray(0, used));
    open = Buffer.allocUnsafeSlow(size);
    used = 0;
  };
  return {
    length: () => length,
    add(text: string): void {
      const size = Buffer.byteLength(text);
      if (used + size > open.length) close(Math.max(PACK, size));
      used += open.write(text, used);
      length += size;
    },
    /** The oldest of it, or undefined when there is nothing. */
    take(): Buffer | undefined {
      if (full.length === 0) close(0);
      const bytes = full.shift();
      length -= bytes?.length ?? 0;
      return bytes;
    },
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

import { closeSync, openSync, readSync } from "node:fs";

export interface LogReader<Line> {
  /** Every line so far of the events that were asked for. */
  lines(): Line[];
  end(): void;
}

/** Follows a log of JSON lines. `at` is added to each: when it was written, ms UTC. */
export function readLines<Line>(log: string, events: RegExp): LogReader<Line> {
  const found: Line[] = [];
  const reader = openSync(log, "r");
  const buffer = Buffer.alloc(1 << 20);
  let rest = "";
  let ended = false;
  // Only what is new, and seldom: the measurement must not take the time that it measures.
  const lines = () => {
    for (let read = 1; read > 0 && !ended; ) {
      read = readSync(reader, buffer);
      const texts = (rest + buffer.toString("utf8", 0, read)).split("\n");
      rest = texts.pop()!;
      for (const text of texts) {
        if (!events.test(text)) continue;
        const entry = JSON.parse(text);
        found.push({ ...entry, at: Date.parse(entry.time) });
      }
    }
    return found;
  };
  const end = () => {
    lines();
    ended = true;
    closeSync(reader);
  };
  return { lines, end };
}

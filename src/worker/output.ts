import type { Readable } from "node:stream";
import { lineSplitter } from "./lines.ts";
import { createTail } from "./tail.ts";

export type StreamName = "stdout" | "stderr";

/** The longest line that is handed out in one piece. */
const LONGEST_LINE_BYTES = 16 * 1024;

/** How much of the end of its output an outcome keeps. */
const TAIL_BYTES = 8 * 1024;

/**
 * Reads a command's output line by line. A chunk is dealt with wholly when it comes and nothing is
 * queued, so a command that writes faster than it is read is held back by its full pipe, and memory
 * does not grow. `end` stops reading and returns the tail. Lines of standard error that are not
 * `wanted` are in neither.
 */
export function readOutput(
  streams: Readonly<Record<StreamName, Readable>>,
  onLine: (stream: StreamName, line: string, truncated: boolean) => void,
  wanted: (line: string) => boolean = () => true,
): { end(): string } {
  const tail = createTail(TAIL_BYTES);
  const read = (name: StreamName) => {
    const splitter = lineSplitter(LONGEST_LINE_BYTES, (line, truncated) => {
      if (name === "stderr" && !wanted(line)) return;
      tail.add(truncated ? line : `${line}\n`);
      onLine(name, line, truncated);
    });
    streams[name].on("data", splitter.write);
    // The reading end of a pipe has no failure that says more than its end does.
    streams[name].on("error", () => {});
    return splitter;
  };
  const splitters = [read("stdout"), read("stderr")];
  return {
    end() {
      streams.stdout.destroy();
      streams.stderr.destroy();
      for (const splitter of splitters) splitter.end();
      return tail.text();
    },
  };
}

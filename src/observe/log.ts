import { type DestinationStream, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import type { Emit, Event } from "./events.ts";
import type { LogLevel } from "./levels.ts";
import { describe } from "./lines.ts";

export interface LogOptions {
  level: LogLevel;
  /** JSON lines for machines, one coloured line an event for people. */
  format: "json" | "human";
  color: boolean;
  /** Who writes: `clock` or `worker`; `up` where the two are one process and it speaks for both. */
  name: string;
  /** Where lines go; each ends with a newline. */
  write(text: string): void;
}

/**
 * The one place where events become lines. Every line has time, level, name, msg and event; and job,
 * fire and attempt where there are some.
 */
export function createLog(options: LogOptions): Emit {
  const logger = pino(
    {
      level: options.level,
      base: { name: options.name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.format === "json" ? { write: options.write } : humanStream(options),
  );
  return (event: Event) => {
    const { level, message, fields } = describe(event);
    if (logger.isLevelEnabled(level)) logger[level]({ event: event.type, ...fields }, message);
  };
}

/** Where a clock and a worker write to one terminal, their lines can be told apart at a glance. */
const MESSAGE_COLORS: Readonly<Record<string, string>> = { clock: "cyan", worker: "magenta" };

/** Lines for people; the fields are left out, since messages make sense without them. */
function humanStream(options: LogOptions): DestinationStream {
  const prettify = prettyFactory({
    colorize: options.color,
    translateTime: "SYS:HH:MM:ss.l",
    hideObject: true,
    // Beside the colours of the levels.
    useOnlyCustomProps: false,
    customColors: `message:${MESSAGE_COLORS[options.name] ?? "reset"}`,
  });
  return { write: (line) => options.write(prettify(line)) };
}

/** A line of a crontab. */
export type CrontabLine =
  | { kind: "blank" }
  | { kind: "comment"; text: string }
  | { kind: "variable"; name: string; value: string }
  | CrontabEntry
  | { kind: "anacron"; period: string; delay: string; id: string; command: string }
  | { kind: "unknown"; why: string };

export interface CrontabEntry {
  kind: "entry";
  /** Five fields, or a nickname such as `@daily`. */
  when: string;
  /** Only in a system's crontab. */
  user?: string;
  command: string;
}

const VARIABLE = /^\s*(?:"([^"]*)"|'([^']*)'|([^\s="']+))\s*=\s*(.*?)\s*$/;
const ENTRY = /^\s*(@\S+|(?:\S+\s+){4}\S+)\s+(\S.*?)\s*$/;
const ANACRON = /^\s*(\d+|@[a-z]+)\s+(\d+)\s+([A-Za-z][\w./-]*)\s+(\S.*?)\s*$/;
/** What a field of a pattern is made of. */
const FIELD = /^[\d*?~,/HLW#+-]*(?:[a-z]{3}[\d*?~,/HLW#+-]*)*$/i;

/** Reads one line as cron does. `system`: the word after the time is a user. */
export function readCrontabLine(text: string, system: boolean): CrontabLine {
  if (/^\s*$/.test(text)) return { kind: "blank" };
  const comment = /^\s*#(.*)$/.exec(text);
  if (comment) return { kind: "comment", text: comment[1]! };
  const variable = VARIABLE.exec(text);
  if (variable) {
    const [, double, single, bare, value = ""] = variable;
    return { kind: "variable", name: double ?? single ?? bare ?? "", value: unquote(value) };
  }
  return readEntry(text, system);
}

function readEntry(text: string, system: boolean): CrontabLine {
  const anacron = ANACRON.exec(text);
  if (anacron && !isField(anacron[3]!)) {
    const [, period = "", delay = "", id = "", command = ""] = anacron;
    return { kind: "anacron", period, delay, id, command };
  }
  const entry = ENTRY.exec(text);
  if (!entry) return { kind: "unknown", why: "it has fewer than five fields and a command" };
  // Some crons are told by a - before the minute to log nothing.
  const when = entry[1]!.replace(/^-/, "").replace(/\s+/g, " ");
  const wrong = when.startsWith("@") ? undefined : when.split(" ").find((field) => !isField(field));
  if (wrong !== undefined) return { kind: "unknown", why: `"${wrong}" is no field of a pattern` };
  if (!system) return { kind: "entry", when, command: entry[2]! };
  const [, user, command] = /^(\S+)\s+(\S.*)$/.exec(entry[2]!) ?? [];
  if (!user || !command) return { kind: "unknown", why: "it names no user, or no command" };
  return { kind: "entry", when, user, command };
}

function isField(text: string): boolean {
  return FIELD.test(text);
}

function unquote(value: string): string {
  return /^(["']).*\1$/.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}

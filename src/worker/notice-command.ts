import type { Time } from "../clock/time.ts";
import type { NoticeCommand } from "../config/notice.ts";
import type { Facts } from "../config/placeholders.ts";
import { type Command, type CommandWatch, type Outcome, startCommand } from "./command.ts";
import { type Sent, STOPPED } from "./notice-request.ts";

/** ms between TERM and KILL: a notice has nothing to clean up. */
const KILL_AFTER_MS = 2000;

/** Executes the command of a notice. Never rejects; ends some seconds after `stop` is aborted. */
export async function runNotice(
  { command, timeout }: NoticeCommand,
  setting: Omit<Command, "command" | "killAfter">,
  facts: Facts,
  { stop, time, onLine }: { stop: AbortSignal; time: Time; onLine: CommandWatch["onLine"] },
): Promise<Sent> {
  if (stop.aborted) return { ok: false, tries: 0, reason: STOPPED };
  const input = `${JSON.stringify(facts)}\n`;
  const running = startCommand(
    { ...setting, command, input, timeout, killAfter: KILL_AFTER_MS },
    { onLine, onStarted() {}, onTerminating() {} },
    time,
  );
  const onStop = () => running.terminate("drain");
  stop.addEventListener("abort", onStop, { once: true });
  const outcome = await running.ended;
  stop.removeEventListener("abort", onStop);
  return outcome.ok ? { ok: true, tries: 1 } : { ok: false, tries: 1, reason: whyOf(outcome) };
}

/** What a command can see of a notice, as environment. What there is none of is empty. */
export function variablesOf(facts: Facts): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(facts)) {
    // It may be long, and is on the standard input.
    if (name === "tail") continue;
    variables[`CLOCKD_${name.toUpperCase()}`] = String(value ?? "").replaceAll("\0", "");
  }
  return variables;
}

/** The program, without its arguments: they may be secrets. */
export function programOf({ command }: NoticeCommand): string {
  return typeof command === "string" ? "a shell" : command[0]!;
}

function whyOf({ kind, terminated, exitCode, signal, reason }: Outcome): string {
  if (terminated) return STOPPED;
  const more = reason === undefined ? "" : `: ${reason}`;
  if (kind === "not-started") return reason ?? kind;
  if (kind === "timed-out") return `timed out${more}`;
  return `${signal ?? `exit code ${exitCode}`}${more}`;
}

import type { Overlap, RunTask } from "./config.ts";
import { formatDuration } from "./duration.ts";
import { error, type Finding } from "./finding.ts";
import type { Raw } from "./raw.ts";
import { waitsOf } from "./retry.ts";
import type { Timing } from "./timing.ts";

interface Context {
  report(finding: Finding): void;
}

/** What a run means for the next slot that it lasts longer than. */
const MEANWHILE: Readonly<Record<Overlap, string>> = {
  allow: "runs may overlap",
  skip: "slots may be skipped",
  queue: "runs may have to wait",
  replace: "a run may be replaced by the next one",
};

/** Warns where a run may last, by what the file allows it, until the next slot is due. */
export function warnOfRun(
  raw: Raw,
  path: string,
  { timeout, retry, overlap }: RunTask,
  timing: Timing,
  { report }: Context,
): void {
  const warn = (field: "timeout" | "retry", ms: number, code: string, what: string) => {
    const interval = timing.intervalBelow(ms);
    if (interval === undefined) return;
    const longer = `${what} than the interval ${formatDuration(interval)}`;
    const place = `${path}/${fieldToBlame(field, raw)}`;
    const message = `${longer}: ${MEANWHILE[overlap]}`;
    report({ ...error(code, place, "value", message), level: "warning" });
  };
  if (timeout !== undefined) {
    const what = `the timeout ${formatDuration(timeout)} is longer`;
    warn("timeout", timeout, "CONFIG_TIMEOUT_EXCEEDS_INTERVAL", what);
  }
  const waits = waitsOf(retry);
  const what = `the waits between ${retry.attempts} attempts, ${formatDuration(waits)}, are longer`;
  warn("retry", waits, "CONFIG_RETRY_EXCEEDS_INTERVAL", what);
}

/** Warns where a slot may come after the next one's time. */
export function warnOfSpread(raw: Raw, path: string, timing: Timing, { report }: Context): void {
  const { spread } = timing.spec;
  const interval = spread === undefined ? undefined : timing.intervalBelow(spread);
  if (interval === undefined) return;
  const longer = `the spread ${formatDuration(spread!)} is longer than the interval`;
  const message = `${longer} ${formatDuration(interval)}: a slot may be after the next one's time`;
  const place = `${path}/${fieldToBlame("spread", raw)}`;
  const code = "CONFIG_SPREAD_EXCEEDS_INTERVAL";
  report({ ...error(code, place, "value", message), level: "warning" });
}

/** The field itself, or when that is a default what it does not go with. */
function fieldToBlame(field: "timeout" | "retry" | "spread", raw: Raw): string {
  if (raw[field] !== undefined) return field;
  return ["cron", "every", "at"].find((kind) => raw[kind] !== undefined)!;
}

/**
 * Something wrong with a file, as a value. Problems are collected, never thrown, so that a person
 * sees all of them at once.
 */
export interface Problem {
  file: string;
  /** Counted from 1; 0 when the problem has no place in the text (an unreadable file). */
  line: number;
  column: number;
  level: "error" | "warning";
  /** Stable, for machines and for the troubleshooting page: CONFIG_… or SCHEDULE_…. */
  code: string;
  /** A JSON pointer (RFC 6901) such as `/jobs/reports/cron/0`; "" for the whole file. */
  path: string;
  message: string;
  hint?: string;
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.level === "error");
}

/** By file, then place, then code: the order in which a person works through them. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.code, b.code) ||
      compare(a.path, b.path),
  );
}

/** One line for a person: `file:line:column level CODE message (hint)`. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, level, code, message, hint } = problem;
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return `${place} ${level} ${code} ${message}${hint ? ` (${hint})` : ""}`;
}

/** One JSON object for a machine, always with the same fields in the same order. */
export function problemToJson(problem: Problem): string {
  const { file, line, column, level, code, path, message, hint } = problem;
  return JSON.stringify({ file, line, column, level, code, path, message, hint });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { createLines } from "./lines.ts";
import { type Problem, sortProblems } from "./problem.ts";

/** A problem before its place in the text is known: most files have none, so places can wait. */
export interface Finding {
  level: "error" | "warning";
  code: string;
  /** A JSON pointer (RFC 6901). */
  path: string;
  /** What to point at: the key or the value that `path` names, or an offset in the text. */
  at: "key" | "value" | number;
  message: string;
  hint?: string;
  /** The path of the key that it clashes with: its line is added to the message. */
  first?: string;
}

/** Finds the offset of what a JSON pointer names. */
export type Locate = (path: string, at: "key" | "value") => number;

/** Findings as problems of `file`, sorted. The same thing found twice is told once. */
export function placeFindings(
  findings: readonly Finding[],
  file: string,
  text: string,
  locate: Locate,
): Problem[] {
  if (findings.length === 0) return [];
  const lineAt = createLines(text);
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const { at, level, code, path, message, hint, first } of findings) {
    const offset = typeof at === "number" ? at : locate(path, at);
    const identity = `${offset} ${code} ${path} ${message}`;
    if (seen.has(identity)) continue;
    seen.add(identity);
    const clash = first === undefined ? "" : `, first on line ${lineAt(locate(first, "key")).line}`;
    const problem = { file, ...lineAt(offset), level, code, path, message: message + clash };
    problems.push(hint === undefined ? problem : { ...problem, hint });
  }
  return sortProblems(problems);
}

export function error(code: string, path: string, at: Finding["at"], message: string): Finding {
  return { level: "error", code, path, at, message };
}

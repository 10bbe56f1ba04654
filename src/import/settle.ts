import type { Instant } from "../clock/time.ts";
import { loadText } from "../config/load.ts";
import { splitPointer } from "../config/pointer.ts";
import type { Problem } from "../config/problem.ts";
import type { Draft } from "./draft.ts";
import { render } from "./render.ts";

/**
 * The draft as a file that clockd accepts. Whatever clockd refuses of it, be it a pattern or a zone, is not
 * carried over and told with clockd's own reason.
 */
export function settle(draft: Draft, title: string, now: Instant): string {
  while (true) {
    const text = render(draft, title);
    const errors = errorsOf(text, now);
    if (errors.length === 0) return text;
    const wrong = errors.filter((problem) => !takeAway(draft, problem));
    if (wrong.length > 0) throw new Error(`an import made a wrong file: ${JSON.stringify(wrong)}`);
  }
}

function errorsOf(text: string, now: Instant): Problem[] {
  const { problems } = loadText(text, { file: "import", role: "validate", environment: {}, now });
  return problems.filter(({ level }) => level === "error");
}

/** True when something was taken away for the problem, now or before. */
function takeAway(draft: Draft, { path, message }: Problem): boolean {
  const [top, key] = splitPointer(path);
  if (key === undefined) return false;
  if (top === "defaults") {
    if (key in draft.defaults)
      draft.remarks.push({ line: 0, text: `${key} is left out: ${message}` });
    delete draft.defaults[key];
    return true;
  }
  const index = draft.entries.findIndex((entry) => entry.kind === "job" && entry.name === key);
  const job = draft.entries[index];
  if (job?.kind === "job") {
    const { line, from, comments } = job;
    const text = from.join("\n").replace(/^line \d+: /, "");
    draft.entries[index] = { kind: "left", line, text, why: message, comments };
  }
  return top === "jobs";
}

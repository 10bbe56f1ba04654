import * as assert from "uvu/assert";
import { loadText } from "../../src/config/load.ts";
import type { Draft, Importer, ImportOptions } from "../../src/import/draft.ts";
import { settle } from "../../src/import/settle.ts";

/** What an importer made of a text, as a person would look at it. */
export interface Carried {
  yaml: string;
  draft: Draft;
  /** By name: the job as it is loaded. */
  jobs: ReturnType<typeof jobsOf>;
  /** Why something was left out, by its line. */
  left: Record<number, string>;
}

/** Imports a text; the result is always a file that clockd accepts. */
export function carry(
  importer: Importer,
  text: string,
  options: Partial<ImportOptions> = {},
): Carried {
  const draft = importer(text, { file: "old", ...options });
  assert.ok(!("message" in draft), JSON.stringify(draft));
  const yaml = settle(draft, "From old.", 0);
  const left = draft.entries.flatMap((entry) =>
    entry.kind === "left" ? [[entry.line, entry.why]] : [],
  );
  return { yaml, draft, jobs: jobsOf(yaml), left: Object.fromEntries(left) };
}

function jobsOf(yaml: string) {
  const { config, problems } = loadText(yaml, {
    file: "new",
    role: "validate",
    environment: {},
    now: 0,
  });
  assert.ok(config, JSON.stringify(problems));
  return Object.fromEntries(config.jobs);
}

/** Why a text is not of this kind. */
export function refusal(importer: Importer, text: string): string {
  const draft = importer(text, { file: "old" });
  assert.ok("message" in draft, text);
  return `${draft.message} (${draft.hint})`;
}

import { error, type Finding } from "./finding.ts";
import { joinPointer } from "./pointer.ts";
import { asMap, asText, type Raw } from "./raw.ts";

/** Reports each `renamed_from` that names no job of the past, or one that another job has taken over. */
export function checkRenames(
  jobs: Raw,
  names: readonly string[],
  report: (finding: Finding) => void,
): void {
  /** By old name: who took it over first. */
  const takers = new Map<string, string>();
  for (const name of names) {
    const from = asText(asMap(jobs[name]).renamed_from);
    if (from === undefined) continue;
    const path = placeOf(name);
    const taker = takers.get(from);
    if (from === name) report(ownName(path));
    else if (Object.hasOwn(jobs, from)) report(stillThere(path, from));
    else if (taker !== undefined) report(takenTwice(path, from, taker));
    else takers.set(from, name);
  }
}

function placeOf(name: string): string {
  return `${joinPointer("/jobs", name)}/renamed_from`;
}

function ownName(path: string): Finding {
  const finding = error("CONFIG_RENAME", path, "value", "this is the name that the job has now");
  return { ...finding, hint: "write the name that it had before, or remove the key" };
}

function stillThere(path: string, from: string): Finding {
  const message = `the job "${from}" is still in the file`;
  const hint = `remove the job ${from}, or remove this key`;
  return { ...error("CONFIG_RENAME", path, "value", message), hint };
}

function takenTwice(path: string, from: string, taker: string): Finding {
  const message = `two jobs take over from "${from}"`;
  const hint = "only one job can go on from where another was: remove one of the keys";
  return { ...error("CONFIG_RENAME", path, "value", message), hint, first: placeOf(taker) };
}

import type { CatchUpPolicy } from "./config.ts";
import type { Finding } from "./finding.ts";
import { readDuration } from "./limits.ts";
import type { Raw } from "./raw.ts";

const STANDARD: CatchUpPolicy = Object.freeze({ run: "latest", within: 86_400_000, max: 100 });

/** Reads a job's `catch_up`, which is at `path`: what it does not say is taken from the defaults. */
export type CatchUpReader = (raw: Raw, path: string) => CatchUpPolicy;

/** Policies that say the same are one object, since a file of many jobs has few of them. */
export function createCatchUps(defaults: Raw, report: (finding: Finding) => void): CatchUpReader {
  const policies = new Map<string, CatchUpPolicy>();
  const read = (raw: Raw, path: string, base: CatchUpPolicy): CatchUpPolicy => {
    const within = readDuration("within", raw.within, `${path}/within`, report) ?? base.within;
    const run = readRun(raw.run) ?? base.run;
    const max = typeof raw.max === "number" ? raw.max : base.max;
    const key = `${run} ${within} ${max}`;
    let policy = policies.get(key);
    if (!policy) policies.set(key, (policy = Object.freeze({ run, within, max })));
    return policy;
  };
  const standard = read(defaults, "/defaults/catch_up", STANDARD);
  return (raw, path) => read(raw, path, standard);
}

/** Anything else has been told by the schema. */
function readRun(value: unknown): CatchUpPolicy["run"] | undefined {
  return value === "none" || value === "latest" || value === "all" ? value : undefined;
}

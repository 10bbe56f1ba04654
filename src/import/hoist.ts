import { type Draft, type Fields, jobsOf } from "./draft.ts";

/**
 * What all jobs say alike goes to `defaults`. One job alone keeps its fields to itself: they are about it.
 */
export function hoist(draft: Draft, keys: readonly string[]): void {
  const jobs = jobsOf(draft);
  if (jobs.length < 2) return;
  for (const key of keys) {
    const first = JSON.stringify(jobs[0]!.fields[key]);
    if (first === undefined) continue;
    if (!jobs.every(({ fields }) => JSON.stringify(fields[key]) === first)) continue;
    draft.defaults[key] = jobs[0]!.fields[key];
    for (const { fields } of jobs) delete fields[key];
  }
}

/** Variables that all jobs have alike go to `defaults.env`, also those of one job alone. */
export function hoistEnv(draft: Draft): void {
  const envs = jobsOf(draft).map(({ fields }) => (fields.env ?? {}) as Fields);
  const common: Fields = {};
  for (const [name, value] of Object.entries(envs[0] ?? {})) {
    if (envs.every((env) => env[name] === value)) common[name] = value;
  }
  for (const { fields } of jobsOf(draft)) {
    const own = Object.entries((fields.env ?? {}) as Fields).filter(([name]) => !(name in common));
    if (own.length > 0) fields.env = Object.fromEntries(own);
    else delete fields.env;
  }
  if (Object.keys(common).length > 0) draft.defaults.env = common;
}

/** A value as `env` takes it: what looks like a variable of clockd's is only text. */
export function plainText(value: string): string {
  return value.replaceAll("${", () => "$${");
}

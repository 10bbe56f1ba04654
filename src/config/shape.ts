import type { ErrorObject } from "ajv";
import type { Finding } from "./finding.ts";
import { nearest } from "./nearest.ts";
import { joinPointer } from "./pointer.ts";
import { asMap } from "./raw.ts";
import { describeFault } from "./shape-fault.ts";
import { compileValidators } from "./validators.ts";

/** Checks a file's value against the schema. All findings at once; none when the shape is right. */
export function checkShape(value: unknown): Finding[] {
  const { file, job } = validators();
  const faults = file(value) ? [] : [...(file.errors ?? [])];
  for (const [name, jobValue] of Object.entries(asMap(asMap(value).jobs))) {
    if (job(jobValue)) continue;
    const path = joinPointer("/jobs", name);
    for (const fault of job.errors ?? []) {
      faults.push({ ...fault, instancePath: path + fault.instancePath });
    }
  }
  return withoutEchoes(faults).flatMap((fault) => describeFault(fault, value) ?? []);
}

/** At the first use, and once. */
const validators = lazy(compileValidators);

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

const MERGE = "<<";

/** A mistyped key is told once: not as unknown, and then as missing too. `<<` may be any of them. */
function withoutEchoes(faults: readonly ErrorObject[]): ErrorObject[] {
  const meant = new Set<string>();
  for (const { keyword, instancePath, params, parentSchema } of faults) {
    if (keyword !== "additionalProperties") continue;
    const key = params.additionalProperty as string;
    const keys = Object.keys((parentSchema?.properties as object) ?? {});
    meant.add(`${instancePath} ${key === MERGE ? key : nearest(key, keys)}`);
  }
  return faults.filter((fault) => {
    const { keyword, instancePath, params } = fault;
    if (keyword === "required") return !meant.has(`${instancePath} ${params.missingProperty}`);
    return !missingOf(fault).some((key) => meant.has(`${instancePath} ${key}`));
  });
}

/** The keys of an "exactly one of" that has none of them. */
function missingOf({ keyword, params, schema }: ErrorObject): string[] {
  if (keyword !== "oneOf" || params.passingSchemas !== null) return [];
  return [MERGE, ...(schema as { required: [string] }[]).map((branch) => branch.required[0])];
}

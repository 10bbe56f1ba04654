import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import schema from "../../schema/schedules.schema.json" with { type: "json" };
import type { Finding } from "./finding.ts";
import { nearest } from "./nearest.ts";
import { describeFault } from "./shape-fault.ts";

/** Checks a file's value against the schema. All findings at once; none when the shape is right. */
export function checkShape(value: unknown): Finding[] {
  const validate = validator();
  if (validate(value)) return [];
  const faults = withoutEchoes(validate.errors ?? []);
  return faults.flatMap((fault) => describeFault(fault, value) ?? []);
}

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

const MERGE = "<<";

/** The keys of an "exactly one of" that has none of them. */
function missingOf({ keyword, params, schema }: ErrorObject): string[] {
  if (keyword !== "oneOf" || params.passingSchemas !== null) return [];
  return [MERGE, ...(schema as { required: [string] }[]).map((branch) => branch.required[0])];
}

/** Compiling the schema takes tens of ms: at the first use, and once. */
const validator = lazy(() => {
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, logger: false });
  return ajv.compile(schema);
});

function lazy(make: () => ValidateFunction): () => ValidateFunction {
  let made: ValidateFunction | undefined;
  return () => (made ??= make());
}

import { Ajv, type ValidateFunction } from "ajv";
import schema from "../../schema/schedules.schema.json" with { type: "json" };

/** What a file's shape is checked with. */
export interface Validators {
  /** The whole file but for what is in a job. */
  file: ValidateFunction;
  job: ValidateFunction;
}

/**
 * The schema as two, by these names: jobs are checked one by one, because ajv copies all faults
 * found so far at each job that has some.
 */
export function schemas(): Record<keyof Validators, object> {
  // They are known by their names here: an id would be another one.
  const { $id: _, ...unnamed } = schema;
  const { properties, definitions } = unnamed;
  const jobs = { ...properties.jobs, additionalProperties: true };
  return {
    file: { ...unnamed, properties: { ...properties, jobs } },
    job: { ...definitions.job, definitions },
  };
}

export const AJV_OPTIONS = {
  allErrors: true,
  verbose: true,
  allowUnionTypes: true,
  // What the schema tells editors, in their own words.
  keywords: ["errorMessage", "patternErrorMessage"],
};

/** Takes tens of ms. A build has it done already, and puts its own module in place of this one. */
export function compileValidators(): Validators {
  const ajv = new Ajv({ ...AJV_OPTIONS, logger: false });
  const { file, job } = schemas();
  return { file: ajv.compile(file), job: ajv.compile(job) };
}

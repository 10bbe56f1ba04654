import fc from "fast-check";

/** For a long hunt: so many times the usual number of tries, or other tries. */
const RUNS = Number(process.env.CLOCKD_PROPERTY_RUNS ?? 1);
const SEED = Number(process.env.CLOCKD_PROPERTY_SEED ?? 20_261_124);

/** As in the tests of schedules, for checks that take time. */
export async function alwaysLater<T>(
  tries: number,
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
): Promise<void> {
  const numRuns = Math.ceil(tries * RUNS);
  const property = fc.asyncProperty(arbitrary, check);
  await fc.assert(property, { seed: SEED, numRuns, includeErrorInReport: true });
}

/** How the process of a test file ended. */
export interface FileRun {
  /** What it wrote to both streams, without colours. */
  output: string;
  code: number | null;
  signal: string | null;
  /** It did not end within the limit. */
  hung: boolean;
}

export interface Verdict {
  passed: number;
  failed: number;
  /** Why, in sentences; empty exactly when nothing failed. */
  reasons: string[];
}

/**
 * Judges the run of a test file, whose text is `source`. Trusts a green end only when all adds up:
 * uvu ends well although a `before` threw, a suite was never run, or tests were left out.
 */
export function judge(source: string, run: FileRun): Verdict {
  const suites = [...run.output.matchAll(/ {2}\((\d+) \/ (\d+)\)$/gm)];
  const passed = sum(suites.map((suite) => Number(suite[1])));
  const total = sum(suites.map((suite) => Number(suite[2])));
  const reasons: string[] = [];
  if (passed < total) reasons.push(`${total - passed} of ${total} tests did not pass`);
  const skipped = lastNumber(run.output, "Skipped") ?? 0;
  if (skipped > 0) reasons.push(`${skipped} skipped (or left out by .only)`);
  reasons.push(...oddities(source, run, suites.length, { passed, total }));
  // What uvu counted as not passed is one failure each, any other reason is one.
  const uncounted = reasons.length - (passed < total ? 1 : 0) - (skipped > 0 ? 1 : 0);
  const counted = total - passed + skipped;
  return { passed, failed: counted > 0 ? counted : Math.min(uncounted, 1), reasons };
}

function oddities(
  source: string,
  run: FileRun,
  suites: number,
  { passed, total }: { passed: number; total: number },
): string[] {
  if (run.hung) return ["it did not end: something is still open"];
  const reasons: string[] = [];
  if (run.signal !== null) reasons.push(`it was ended by ${run.signal}`);
  else if (run.code !== 0 && passed === total) reasons.push(`it exited with ${run.code}`);
  const reported = lastNumber(run.output, "Total");
  if (reported === undefined) reasons.push("no suite was run: is .run() missing?");
  else if (reported !== total) reasons.push(`${reported} tests were reported, ${total} were seen`);
  else if (total === 0) reasons.push("it has no tests");
  const made = source.match(/^const \w+ = suite\(/gm)?.length ?? 0;
  if (reported !== undefined && made > suites) {
    reasons.push(`${made} suites are made, ${suites} were run: is .run() missing?`);
  }
  if (/^\s*\w+\.only\(/m.test(source)) reasons.push("it uses .only");
  return reasons;
}

/** The number in the last line such as `  Total:     12`. */
function lastNumber(output: string, label: string): number | undefined {
  const found = [...output.matchAll(new RegExp(`^ {2}${label}: +(\\d+)$`, "gm"))].at(-1);
  return found && Number(found[1]);
}

function sum(numbers: number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

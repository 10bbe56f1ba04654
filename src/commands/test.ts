import type { Place } from "../config/lines.ts";
import type { TestCase } from "../config/test-case.ts";
import { type Fault, runCase } from "../review/cases.ts";
import { colorsFor } from "./colors.ts";
import { EXIT } from "./host.ts";
import { isRefusal, usage } from "./refusal.ts";
import { number } from "./review-words.ts";
import { isColored, refuse, type ShowIo } from "./show.ts";
import { readSource, type Source, type SourceIo } from "./source.ts";
import { plain } from "./table.ts";

export interface TestOptions {
  /** A path, `-`, or a file in a revision of git. */
  file: string;
  /** Only tests with one of these in their names, or in a job's. None: all. */
  filters: readonly string[];
  json: boolean;
}

/** `clockd test`: whether the schedules do what the file expects. Resolves with an exit code. */
export async function test(options: TestOptions, io: ShowIo & SourceIo): Promise<number> {
  const source = await readSource(options.file, "validate", io);
  if (isRefusal(source)) return refuse(source, io);
  const all = source.config.tests;
  if (all.length === 0) {
    io.err(`clockd: ${source.name} has no tests: add them under "tests:"\n`);
    return EXIT.problems;
  }
  const tests = all.filter((one) => isWanted(one, options.filters));
  if (tests.length === 0) {
    return refuse(usage(`none of the ${number(all.length)} tests fits --filter`), io);
  }
  const failed = runAll(tests, source, options, io);
  if (!options.json) {
    const others = all.length - tests.length;
    const rest = others > 0 ? `, ${number(others)} left out` : "";
    io.out(`${number(tests.length - failed)} passed, ${number(failed)} failed${rest}\n`);
  }
  return failed > 0 ? EXIT.problems : EXIT.ok;
}

function isWanted({ name, expects }: TestCase, filters: readonly string[]): boolean {
  const jobs = expects.kind === "slots" ? [expects.job] : expects.jobs;
  const texts = [name, ...jobs].map((text) => text.toLowerCase());
  return (
    filters.length === 0 ||
    filters.some((filter) => texts.some((text) => text.includes(filter.toLowerCase())))
  );
}

/** Runs and prints them; how many failed. */
function runAll(
  tests: readonly TestCase[],
  { name: file, config, placeOf }: Source,
  { json }: TestOptions,
  io: ShowIo,
): number {
  const progress = progressOf(tests.length, io);
  const { less } = colorsFor(isColored(io));
  let failed = 0;
  for (const [index, one] of tests.entries()) {
    const faults = runCase(one, config.jobs);
    if (faults.length > 0) failed += 1;
    if (json) io.out(`${JSON.stringify(asJson(one, faults, file, placeOf(one.path)))}\n`);
    else if (faults.length > 0) {
      progress.clear();
      io.out(asText(one, faults, `${plain(file)}:${placeOf(one.path).line}`, less));
    }
    progress.done(index + 1);
  }
  progress.clear();
  return failed;
}

function asJson({ name, expects }: TestCase, faults: readonly Fault[], file: string, at: Place) {
  const jobs = expects.kind === "slots" ? [expects.job] : expects.jobs;
  return { name, file, line: at.line, ok: faults.length === 0, jobs, faults };
}

function asText(
  { name }: TestCase,
  faults: readonly Fault[],
  place: string,
  less: (text: string) => string,
): string {
  const lines = faults.flatMap(({ what, expected, got }) => [
    `    ${what}: expected ${expected}`,
    `    ${" ".repeat(what.length)}  got      ${got}`,
  ]);
  return `${less("FAIL")} ${place} ${plain(name)}\n${lines.join("\n")}\n`;
}

/** Only who waits for long is told, and only on a terminal. ms */
const PATIENCE_MS = 1000;

function progressOf(count: number, { err, isTerminal }: ShowIo) {
  const began = performance.now();
  let told = began;
  let isShown = false;
  return {
    done(number: number): void {
      const now = performance.now();
      if (!isTerminal || now - told < PATIENCE_MS) return;
      told = now;
      isShown = true;
      err(`\r${number} of ${count} tests`);
    },
    clear(): void {
      if (isShown) err("\r\u001b[K");
      isShown = false;
    },
  };
}

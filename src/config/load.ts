import type { Instant } from "../clock/time.ts";
import { readCalendars } from "./calendars.ts";
import { createCatchUps } from "./catch-up.ts";
import type { ReadFile } from "./closing.ts";
import type { Config, Job } from "./config.ts";
import { type Finding, type Locate, placeFindings } from "./finding.ts";
import { checkDefaults, type JobContext, readJob } from "./job.ts";
import { createLines, type Place } from "./lines.ts";
import { createParts } from "./parts.ts";
import { hasErrors, type Problem } from "./problem.ts";
import { asMap, asText, type Raw } from "./raw.ts";
import { createNoticesReader } from "./read-notices.ts";
import { readTests } from "./read-tests.ts";
import { checkRenames } from "./renames.ts";
import { createRetries } from "./retry.ts";
import { checkShape } from "./shape.ts";
import { finish, finishGently } from "./steps.ts";
import { readRunFields, type TaskContext } from "./task.ts";
import { createTimings } from "./timing.ts";
import { createTree, type Tree } from "./tree.ts";
import { createVariables, type Environment, keepAsWritten, type UnsetLevel } from "./variables.ts";
import { parseYamlSteps } from "./yaml.ts";

export interface LoadOptions {
  /** The file's name as it is to be shown in problems. */
  file: string;
  /** Who reads it: each needs other variables to be set. `review` shows them, and keeps them as written. */
  role: "validate" | "review" | "ask" | "clock" | "worker" | "up";
  environment: Environment;
  /** ms UTC: tells which moments have passed. */
  now: Instant;
  /** Reads the files that the text names, by their names in it. Without it they cannot be read. */
  readFile?: ReadFile;
}

export interface Loaded {
  /** Present exactly when no problem is an error. */
  config?: Config;
  /** Sorted. */
  problems: Problem[];
  /** Where something in the text is, by its JSON pointer. For checks only: it keeps the text in memory. */
  placeOf?: (path: string, at?: "key" | "value") => Place;
}

/** Reads a schedules file's text: its config, and everything that is wrong with it. Pure. */
export function loadText(text: string, options: LoadOptions): Loaded {
  return finish(loadSteps(text, options));
}

/** The same, but a large file does not hold up who loads it: slots come due meanwhile. */
export function loadGently(text: string, options: LoadOptions): Promise<Loaded> {
  return finishGently(loadSteps(text, options));
}

function* loadSteps(text: string, options: LoadOptions): Generator<void, Loaded> {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const reader = createTree();
  const parts = createParts(source);
  const parsed = yield* parseYamlSteps(source, {
    takeTop(map) {
      reader.takeTop(map);
      parts.takeTop(map);
    },
    takeJobs(map, start, end) {
      reader.takeJobs(map);
      parts.takeJobs(map, start, end);
    },
  });
  if ("findings" in parsed) {
    return { problems: placeFindings(parsed.findings, options.file, source, () => 0) };
  }
  const { contents } = parsed.document;
  const tree = reader.finish(contents);
  const { findings } = tree;
  let config: Config | undefined;
  if (!tree.broken) {
    findings.push(...checkShape(tree.value));
    config = yield* readConfig(tree, options, text);
  }
  const locate = parts.locator(contents, tree);
  const problems = placeFindings(findings, options.file, source, locate);
  if (!config || hasErrors(problems)) return { problems };
  return {
    config,
    problems,
    ...(isCheck(options.role) ? { placeOf: placesIn(source, locate) } : {}),
  };
}

function isCheck(role: LoadOptions["role"]): boolean {
  return role === "validate" || role === "review";
}

function placesIn(source: string, locate: Locate): NonNullable<Loaded["placeOf"]> {
  let lineAt: ReturnType<typeof createLines> | undefined;
  return (path, at = "value") => (lineAt ??= createLines(source))(locate(path, at));
}

/** Reads everything that has the right shape; what has not is told by the schema. */
function* readConfig(tree: Tree, options: LoadOptions, text: string): Generator<void, Config> {
  const { role, readFile } = options;
  const root = asMap(tree.value);
  const report = (finding: Finding) => void tree.findings.push(finding);
  const variables = createVariables(options.environment, report);
  const context: TaskContext = {
    variables: role === "review" ? keepAsWritten(variables) : variables,
    unset: { env: unsetLevel(role, "worker"), publish: unsetLevel(role, "clock") },
    written: tree.written,
    report,
  };
  const calendars = readCalendars(asMap(root.calendars), { readFile, report });
  const jobs = yield* readJobs(root, tree.jobNames, { ...context, calendars }, options.now);
  const config: Config = {
    namespace: asText(root.namespace) ?? "clockd",
    jobs,
    tests: readTests(root.tests, { jobs, names: tree.jobNames, report }),
    // A check has no use for it, and hashing takes long to load.
    hash: isCheck(role) ? "" : hashOf(text, [...calendars.files].flat()),
  };
  const brokerUrl = readBrokerUrl(asMap(root.broker).url, options, report);
  return brokerUrl === undefined ? config : { ...config, brokerUrl };
}

/** An unset variable matters to the one who needs it; to a check it is worth a word. */
function unsetLevel(role: LoadOptions["role"], needs: "clock" | "worker"): UnsetLevel {
  if (role === "review") return undefined;
  if (role === "validate" || role === "ask") return "warning";
  return role === needs || role === "up" ? "error" : undefined;
}

/** Jobs between two steps: some milliseconds. */
const STEP = 100;

function* readJobs(
  root: Raw,
  names: readonly string[],
  context: TaskContext & Pick<JobContext, "calendars">,
  now: Instant,
): Generator<void, Map<string, Job>> {
  const defaults = asMap(root.defaults);
  const runDefaults = readRunFields(defaults, "/defaults", context);
  const jobContext: JobContext = {
    ...context,
    timingOf: createTimings(now),
    readCatchUp: createCatchUps(asMap(defaults.catch_up), context.report),
    readNotices: createNoticesReader(defaults, context),
    readRetry: createRetries(asMap(defaults.retry), context.report),
    defaults,
    runDefaults,
  };
  checkDefaults(jobContext);
  const raw = asMap(root.jobs);
  checkRenames(raw, names, context.report);
  const jobs = new Map<string, Job>();
  for (const name of names) {
    const job = readJob(name, asMap(raw[name]), jobContext);
    if (job) jobs.set(name, job);
    if (jobs.size % STEP === 0) yield;
  }
  return jobs;
}

/** An address with a variable that is not set is no address: who needs it says so. */
function readBrokerUrl(
  value: unknown,
  { environment, role }: { environment: Environment; role: LoadOptions["role"] },
  report: (finding: Finding) => void,
): string | undefined {
  const written = asText(value);
  if (written === undefined || role === "review") return written;
  let complete = true;
  const variables = createVariables(environment, (finding) => {
    complete = false;
    report(finding);
  });
  const url = variables.text(written, "/broker/url", "warning");
  return complete ? asText(url) : undefined;
}

/** `more`: what else the file's meaning depends on. */
export function hashOf(text: string, more: readonly string[] = []): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash("sha256").update(text);
  for (const part of more) hash.update("\0").update(part);
  return hash.digest("hex").slice(0, 12);
}

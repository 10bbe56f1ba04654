import type { Instant, Time } from "../clock/time.ts";
import type { Emit } from "../observe/events.ts";
import { fileBeside } from "./beside.ts";
import type { Config } from "./config.ts";
import { diffConfigs } from "./diff.ts";
import { readConfigFile } from "./file.ts";
import { hashOf, type Loaded, type LoadOptions, loadGently } from "./load.ts";
import { formatProblem, type Problem } from "./problem.ts";

export interface ReloadDeps {
  path: string;
  role: LoadOptions["role"];
  environment: LoadOptions["environment"];
  time: Time;
  emit: Emit;
  /** Puts a good file in force. A problem means that the old one stays. */
  apply(next: Config): Promise<{ message: string } | undefined>;
}

/** Reads a file at start. Every problem is told; undefined when there is an error among them. */
export async function loadAtStart(deps: Omit<ReloadDeps, "apply">): Promise<Config | undefined> {
  const { config, problems } = await parse(await readConfigFile(deps.path), deps, deps.time.now());
  tell(deps.emit, problems);
  if (config) {
    const { path: file, emit } = deps;
    emit({ type: "config.loaded", file, jobs: config.jobs.size, hash: config.hash });
  }
  return config;
}

/**
 * Reads the file again whenever the returned function is called. Calls never overlap, and calls
 * during a reading are one reading after it. A file that is bad, missing or refused changes nothing.
 */
export function createReloader(current: Config, deps: ReloadDeps): () => Promise<void> {
  const { path: file, emit, apply, time } = deps;
  let inForce = current;

  async function once(): Promise<void> {
    const content = await readConfigFile(file);
    // With files that it names the hash is another: whether they have changed only reading them tells.
    if ("text" in content && hashOf(content.text) === inForce.hash) {
      return emit({ type: "config.unchanged", file });
    }
    const { config: next, problems } = await parse(content, deps, time.now());
    if (next?.hash === inForce.hash) return emit({ type: "config.unchanged", file });
    tell(emit, problems);
    if (!next) {
      const errors = problems.filter(({ level }) => level === "error").length;
      emit({
        type: "config.refused",
        file,
        reason: `${errors} ${errors === 1 ? "error" : "errors"}`,
      });
      return;
    }
    const refusal = await apply(next);
    if (refusal) return emit({ type: "config.refused", file, reason: refusal.message });
    if (next.namespace !== inForce.namespace) needsRestart("namespace");
    if (next.brokerUrl !== inForce.brokerUrl) needsRestart("broker.url");
    const { hash, jobs } = next;
    emit({ type: "config.reloaded", file, hash, jobs: jobs.size, ...diffConfigs(inForce, next) });
    inForce = next;
  }

  const needsRestart = (field: string) => emit({ type: "config.needs_restart", file, field });

  let running: Promise<void> | undefined;
  let again = false;
  return async function reload() {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await once();
      } while (again);
    })().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function parse(
  content: Awaited<ReturnType<typeof readConfigFile>>,
  { path: file, role, environment }: Omit<ReloadDeps, "apply">,
  now: Instant,
): Promise<Loaded> {
  if (!("text" in content)) return { problems: [content] };
  return loadGently(content.text, { file, role, environment, now, readFile: fileBeside(file) });
}

function tell(emit: Emit, problems: readonly Problem[]): void {
  for (const problem of problems) {
    emit({ type: "config.problem", problem: { ...problem, text: formatProblem(problem) } });
  }
}

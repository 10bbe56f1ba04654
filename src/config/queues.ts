import type { Config } from "./config.ts";

/** The work queues that a file's `run` jobs use, each once. */
export function queuesOf(config: Config): Set<string> {
  const queues = new Set<string>();
  for (const { task } of config.jobs.values()) if (task.kind === "run") queues.add(task.queue);
  return queues;
}

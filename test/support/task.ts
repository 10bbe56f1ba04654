import type { RunTask } from "../../src/config/config.ts";
import { NO_NOTICES } from "../../src/config/notice.ts";

/** A task as a file gives it that says little; but its runs may overlap. */
export function aTask(fields: Partial<RunTask> = {}): RunTask {
  return {
    kind: "run",
    command: "true",
    queue: "default",
    env: {},
    killAfter: 10_000,
    overlap: "allow",
    retry: { attempts: 1, delay: 10_000, backoff: "exponential", maxDelay: 600_000, jitter: 0.1 },
    ackDeadline: 1_200_000,
    notices: NO_NOTICES,
    ...fields,
  };
}

import type { RunTask } from "../config/config.ts";
import { systemAccounts } from "./accounts.ts";
import type { AttemptDeps } from "./attempt.ts";
import { type RunningCommand, startCommand } from "./command.ts";
import { commandOf } from "./environment.ts";
import { identityOf, ownIdentity } from "./identity.ts";
import type { RunsOptions } from "./runs.ts";
import { watchFor } from "./telling.ts";

/** Makes what starts the command of an attempt. */
export function starter(
  options: RunsOptions,
  onStarted: (running: RunningCommand) => void,
): AttemptDeps["start"] {
  const [accounts, own] = [systemAccounts(), ownIdentity()];
  const identify = (task: RunTask) => identityOf(task, accounts, own);
  return ({ fire, queue }, task) => {
    const { environment, folder, time, emit, guard } = options;
    const command = commandOf(fire, task, { environment, folder: folder(), queue, identify });
    const running = startCommand(command, watchFor(fire, queue, emit), time, guard);
    onStarted(running);
    return running;
  };
}

import type { RunTask } from "../config/config.ts";
import { systemAccounts } from "./accounts.ts";
import type { AttemptDeps } from "./attempt.ts";
import { type RunningCommand, startCommand } from "./command.ts";
import { commandOf } from "./environment.ts";
import { identityOf, ownIdentity } from "./identity.ts";
import type { Notifier } from "./notices.ts";
import type { RunsOptions } from "./runs.ts";
import { watchFor } from "./telling.ts";

/** Starts the commands of attempts. `onStarted` is told of each. */
export function createStarter(
  options: RunsOptions,
  notices: Notifier,
  onStarted: (running: RunningCommand) => void,
): AttemptDeps["start"] {
  const [accounts, own] = [systemAccounts(), ownIdentity()];
  const identify = (task: RunTask) => identityOf(task, accounts, own);
  return (held, task) => {
    const { fire, queue } = held;
    const { environment, folder, time, emit, guard } = options;
    const command = commandOf(fire, task, { environment, folder: folder(), queue, identify });
    const running = startCommand(command, watchFor(fire, queue, emit), time, guard);
    onStarted(running);
    const over = notices.started(held, task);
    void running.ended.then(over);
    return running;
  };
}

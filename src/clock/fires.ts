import type { Job } from "../config/config.ts";
import type { Fire } from "../ledger/fire.ts";
import type { Trigger } from "../ledger/record.ts";
import type { Instant } from "./time.ts";

/** What all fires of one leader and one file say. */
export interface Stamp {
  /** The hash of the file. */
  config: string;
  epoch: number;
}

/** How a fire came about. */
export interface Cause {
  /** Its time had passed with no clock leading. */
  catchUp?: boolean;
  /** Nobody can know whether it was fired already. */
  maybeDuplicate?: boolean;
  /** Somebody asked for it, maybe with a payload of his own. */
  trigger?: Trigger;
}

/** The fire of a slot. The command stays behind: a worker has its own file. */
export function fireOf(job: Job, slot: Instant, { config, epoch }: Stamp, cause: Cause = {}): Fire {
  const { catchUp = false, maybeDuplicate = false, trigger } = cause;
  return {
    job: job.name,
    slot,
    attempt: 1,
    config,
    epoch,
    catchUp,
    maybeDuplicate,
    triggered: trigger !== undefined,
    target: targetOf(job, trigger?.payload),
  };
}

/** `payload` takes the place of the job's own. */
function targetOf({ task }: Job, payload: unknown): Fire["target"] {
  if (task.kind === "run") {
    return {
      kind: "run",
      queue: task.queue,
      payload: payload === undefined ? task.payload : payload,
    };
  }
  const { exchange, routingKey, headers, body } = task;
  return {
    kind: "publish",
    exchange,
    routingKey,
    headers,
    body: payload === undefined ? body : payload,
  };
}

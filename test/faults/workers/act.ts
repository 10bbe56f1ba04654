import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../support/until.ts";
import { stateOf } from "../clock.ts";
import type { BrokerFault } from "../kinds.ts";
import type { Place, WorkerFault } from "./kinds.ts";
import type { WorkerSeat, WorkerStage } from "./stage.ts";
import { commandsOf, killGuard, type WorkerProcess } from "./worker.ts";

/** A worker that is to be met may be on its way back from other faults. ms. */
const TARGET_WITHIN_MS = 60_000;
/** Fewer commands in the target are no reason to wait longer. ms. */
const BUSY_WITHIN_MS = 3000;
/** A guard looks every second, and kills after eight looks. ms. */
const GUARDED_WITHIN_MS = 12_000;
const KILLED_WITHIN_MS = 5000;
/** A worker may stand still when it is told. ms. */
const STOPS_WITHIN_MS = 60_000;

/** Makes a fault happen, from its beginning to its end. Rejects when it did not happen as it should. */
export async function actOnWorkers(fault: WorkerFault, stage: WorkerStage): Promise<void> {
  switch (fault.kind) {
    case "worker-kill":
      return kill(fault, stage);
    case "worker-term":
      await Promise.all((await seatsOf(fault.whom, stage)).map((seat) => term(seat, stage)));
      return;
    case "worker-freeze":
      return freeze(fault, stage);
    case "guard-kill": {
      const workers = await busy(fault.whom, stage);
      // Another fault may have ended one in the same moment, and its guard with it.
      const killed = () => workers.every((worker) => worker.told.size > 0 || killGuard(worker));
      await until(killed, TARGET_WITHIN_MS, "a guard");
      return;
    }
    case "command-kill":
      return killCommand(fault.which, stage);
    case "reset":
    case "hole": {
      const action = { ...fault, whom: "all" as const }; // the seats say whom
      return suffer(action, await seatsOf(fault.whom, stage), stage);
    }
    default:
      return suffer(fault, [], stage);
  }
}

async function seatsOf(whom: readonly Place[], stage: WorkerStage): Promise<WorkerSeat[]> {
  const seats = whom.map((place) => stage.seats[place]!);
  const there = () => {
    stage.signal.throwIfAborted();
    return seats.every(({ worker }) => worker?.isTaking && stateOf(worker.pid) !== "T");
  };
  await until(there, TARGET_WITHIN_MS, "the workers to be there");
  return seats;
}

/** The workers of these places, and if possible while commands of theirs are going. */
async function busy(whom: readonly Place[], stage: WorkerStage): Promise<WorkerProcess[]> {
  const seats = await seatsOf(whom, stage);
  const workers = () => seats.flatMap(({ worker }) => worker ?? []);
  const going = () => workers().every(({ pid }) => commandsOf(stage.namespace, pid).length > 0);
  await until(going, BUSY_WITHIN_MS, "commands").catch(() => {});
  return workers();
}

async function kill(fault: WorkerFault & { kind: "worker-kill" }, stage: WorkerStage) {
  const workers = await busy(fault.whom, stage);
  const commands = workers.flatMap(({ pid }) => commandsOf(stage.namespace, pid));
  for (const worker of workers) {
    stage.troubles.push({ worker: worker.pid, kind: fault.kind, from: Date.now(), to: Infinity });
    worker.told.add("kill");
    worker.clockd.signal("SIGKILL");
  }
  await Promise.all(workers.map(({ clockd }) => clockd.exited));
  await gone(commands, KILLED_WITHIN_MS, "commands of a worker that was killed to be killed");
  await sleep(fault.away, undefined, { signal: stage.signal });
  for (const place of fault.whom) stage.seats[place]!.start();
}

/** Returns when it has ended and another one is there. */
async function term(seat: WorkerSeat, stage: WorkerStage): Promise<void> {
  const { worker } = seat;
  if (!worker) return;
  stage.troubles.push({
    ...{ worker: worker.pid, kind: "worker-term", from: Date.now(), to: Infinity },
  });
  await stop(worker);
  seat.start();
}

/** Tells a worker to end, and kills it when that takes too long: then the round has failed. */
export async function stop(worker: WorkerProcess): Promise<void> {
  worker.told.add("term");
  worker.clockd.signal("SIGTERM");
  const timer = setTimeout(() => {
    worker.told.clear();
    worker.clockd.signal("SIGKILL");
  }, STOPS_WITHIN_MS);
  await worker.clockd.exited.finally(() => clearTimeout(timer));
}

async function freeze(fault: WorkerFault & { kind: "worker-freeze" }, stage: WorkerStage) {
  const workers = await busy(fault.whom, stage);
  const from = Date.now();
  const troubles = workers.map(({ pid }) => ({
    ...{ worker: pid, kind: fault.kind, from, to: Infinity },
  }));
  stage.troubles.push(...troubles);
  try {
    for (const { clockd } of workers) clockd.signal("SIGSTOP");
    // Another fault may have killed one in the same moment.
    const stopped = () =>
      workers.every(({ pid, told }) => told.has("kill") || stateOf(pid) === "T");
    await until(stopped, KILLED_WITHIN_MS, "workers to be stopped");
    const commands = workers.flatMap(({ pid }) => commandsOf(stage.namespace, pid));
    const lasts = sleep(fault.lasts, undefined, { signal: stage.signal });
    if (fault.lasts > GUARDED_WITHIN_MS) {
      await gone(
        commands,
        GUARDED_WITHIN_MS,
        "commands of a worker that stands still to be killed",
      );
    }
    await lasts;
  } finally {
    for (const { clockd } of workers) clockd.signal("SIGCONT");
    // It comes to itself, and to the broker, in some seconds.
    for (const trouble of troubles) trouble.to = Date.now() + BACK_WITHIN_MS;
  }
}

const BACK_WITHIN_MS = 15_000;

async function killCommand(which: number, stage: WorkerStage): Promise<void> {
  const found = () => {
    stage.signal.throwIfAborted();
    const commands = commandsOf(stage.namespace);
    return commands[Math.floor(which * commands.length)];
  };
  const { pid } = await until(found, TARGET_WITHIN_MS, "a command to kill");
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    return killCommand(which, stage); // it has just ended
  }
}

async function suffer(
  fault: BrokerFault,
  seats: readonly WorkerSeat[],
  stage: WorkerStage,
): Promise<void> {
  const workers = seats.length > 0 ? seats.map(({ worker }) => worker?.pid) : [undefined];
  let begun = false;
  await stage.plot.suffer(fault, {
    seats,
    begun() {
      begun = true;
      for (const worker of workers) {
        stage.troubles.push({ worker, kind: fault.kind, from: Date.now(), to: Infinity });
      }
    },
    pause: async (ms) => void (await sleep(ms, undefined, { signal: stage.signal })),
  });
  if (!begun) throw new Error(`${fault.kind} did not happen`);
  const own = stage.troubles.filter(({ kind, to }) => kind === fault.kind && to === Infinity);
  for (const trouble of own) trouble.to = Date.now() + BACK_WITHIN_MS;
}

/** Waits until none of these processes is alive. */
async function gone(
  commands: readonly { pid: number; command: string }[],
  deadline: number,
  what: string,
): Promise<void> {
  const left = () => commands.filter(({ pid }) => !["Z", "X", undefined].includes(stateOf(pid)));
  const words = () => `${what}: ${left().map(({ pid }) => pid)}`;
  await until(() => left().length === 0, deadline, words);
}

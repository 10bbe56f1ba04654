import { type Fields, fieldsOf, isInstant, isText, isWhole } from "./fields.ts";
import { fireId } from "./fire.ts";
import { emptyState } from "./fold.ts";
import type { LedgerFault } from "./record.ts";
import { readFire, readLeader, readTrigger } from "./snapshot-parts.ts";
import { packRuns, unpackRuns } from "./snapshot-runs.ts";
import type { LedgerState } from "./state.ts";

/** Everything of a state beside its jobs, as JSON has it. */
export function packHead(state: LedgerState): object {
  const { position, epoch, leader, newest, settled, faults, lacksBeginning } = state;
  return {
    ...{ position, epoch, leader, newest, faults, lacksBeginning },
    settled: Number.isFinite(settled) ? settled : undefined,
    standbys: [...state.standbys],
    open: [...state.open.values()],
    triggers: [...state.triggers.values()],
    runs: packRuns(state.runs),
  };
}

/** The state without its jobs. `fields` knows if something is wrong. */
export function unpackHead(
  fields: Fields,
  { leader, settled }: Readonly<Record<string, unknown>>,
): LedgerState {
  const list = <T>(name: string, read: (item: unknown) => T | undefined): T[] =>
    fields.take(name, (value) => readList(value, read), "a list of what it should be") ?? [];
  return {
    ...emptyState(),
    position: fields.count("position", -1),
    epoch: fields.count("epoch", 0),
    leader: leader === undefined ? undefined : fields.take("leader", readLeader, "a leader"),
    newest: fields.instant("newest"),
    settled: settled === undefined ? -Infinity : fields.instant("settled"),
    standbys: new Map(list("standbys", readStandby)),
    open: new Map(list("open", readFire).map((fire) => [fireId(fire.job, fire.slot), fire])),
    triggers: new Map(list("triggers", readTrigger).map((it) => [fireId(it.job, it.slot), it])),
    runs: fields.take("runs", unpackRuns, "what is known of runs"),
    faults: fields.take("faults", readFaults, "counts of faults"),
    lacksBeginning: fields.flag("lacksBeginning"),
  };
}

function readList<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(read);
  return items.includes(undefined) ? undefined : (items as T[]);
}

function readStandby(value: unknown): [clock: string, at: number] | undefined {
  if (!Array.isArray(value)) return undefined;
  const [clock, at] = value;
  return isText(clock) && isInstant(at) ? [clock, at] : undefined;
}

function readFaults(value: unknown): LedgerState["faults"] | undefined {
  const fields = fieldsOf(Object(value));
  const count = (name: LedgerFault["fault"]) => fields.get(name, isWhole, "a count");
  const faults = {
    "unknown-kind": count("unknown-kind"),
    "newer-version": count("newer-version"),
    broken: count("broken"),
  };
  return fields.fault === undefined ? faults : undefined;
}

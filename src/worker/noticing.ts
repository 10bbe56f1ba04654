import type { MissedRecord } from "../ledger/record.ts";
import { createNotices, type Notifier } from "./notices.ts";
import type { RunLedger } from "./run-ledger.ts";
import type { RunsOptions } from "./runs.ts";
import type { SettleDeps } from "./settle.ts";

/** What of a worker's runs, and of the ledger, people are told. */
export interface Noticing {
  notices: Notifier;
  onFinal: SettleDeps["onFinal"];
  onMissed(record: MissedRecord): void;
}

export function createNoticing(options: RunsOptions, ledger: RunLedger): Noticing {
  const notices = createNotices({
    ...options,
    append: (record) => void ledger.say(record),
    claim: ledger.claimNotice,
  });
  return {
    notices,
    onFinal(held, task, outcome, recovered) {
      if (outcome.ok) notices.succeeded(held, task, outcome);
      else notices.failed(held, task, outcome);
      if (recovered) notices.recovered(held, task, outcome);
    },
    onMissed(record) {
      const task = options.job(record.job)?.task;
      if (task?.kind === "run") notices.missed(record, task);
    },
  };
}

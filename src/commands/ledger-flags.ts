import type { Argv } from "yargs";
import { duration, last, wholeNumber } from "./flags.ts";
import type { LedgerFlags } from "./ledger-plan.ts";
import { MOMENT_FORMS } from "./moment.ts";

const text = { type: "string", requiresArg: true, coerce: last<string | undefined> } as const;

/** The flags of commands about the ledger. */
export function ledgerFlags(command: Argv) {
  return command
    .option("config", {
      ...text,
      alias: "c",
      defaultDescription: "schedules.yml if it is there",
      describe: "the file with the jobs: names the broker and the namespace",
    })
    .option("broker", {
      ...text,
      describe:
        "its URL; otherwise CLOCKD_BROKER_URL, AMQP_URL, CLOUDAMQP_URL, RABBITMQ_URL or the file's",
    })
    .option("namespace", {
      ...text,
      defaultDescription: "the file's, or clockd",
      describe: "the prefix of its exchanges and queues",
    })
    .option("json", { type: "boolean", default: false, describe: "JSON for machines" });
}

/** The flags as the commands take them. */
export function ledgerOptions(
  argv: Awaited<ReturnType<typeof ledgerFlags>["argv"]>,
): LedgerFlags & { json: boolean } {
  const { config, broker, namespace, json } = argv;
  return { config, broker, namespace, json };
}

/** The zone of what is shown. */
export function zoneFlag(command: ReturnType<typeof ledgerFlags>) {
  return command.option("timezone", {
    ...text,
    defaultDescription: "UTC",
    describe: "the zone of the times in the table and on this command line",
  });
}

/** That of `status` beside them. */
export function checkFlag(command: ReturnType<typeof zoneFlag>) {
  return command.option("check", {
    type: "boolean",
    default: false,
    describe: "for health checks: exit code 0 when a clock leads and is heard of, otherwise 1",
  });
}

/** Those of `history` beside them. */
export function historyFlags(command: ReturnType<typeof zoneFlag>) {
  return command
    .option("since", {
      ...text,
      defaultDescription: "-24h",
      describe: `show what happened from then on: ${MOMENT_FORMS}`,
    })
    .option("until", {
      ...text,
      defaultDescription: "now",
      describe: "show what happened up to then; +2h counts from --since",
    })
    .option("limit", {
      type: "number",
      requiresArg: true,
      default: 1000,
      coerce: wholeNumber("--limit", 1_000_000),
      describe: "show the newest so many",
    });
}

/** Those of `logs`. */
export function logsFlags(command: ReturnType<typeof ledgerFlags>) {
  return command.option("attempt", {
    type: "number",
    requiresArg: true,
    defaultDescription: "all",
    coerce: wholeNumber("--attempt", 1_000_000),
    describe: "only this one",
  });
}

/** Those of `trigger`. */
export function triggerFlags(command: ReturnType<typeof ledgerFlags>) {
  return command
    .option("payload", {
      ...text,
      defaultDescription: "the job's own",
      describe: "JSON for this one fire; - is standard input",
    })
    .option("wait", {
      default: "10s",
      requiresArg: true,
      coerce: duration("--wait"),
      describe: "how long to wait for a clock to fire it",
    });
}

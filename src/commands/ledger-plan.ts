import schema from "../../schema/schedules.schema.json" with { type: "json" };
import type { Instant } from "../clock/time.ts";
import type { Config } from "../config/config.ts";
import { readConfig, readConfigIfThere } from "./read-config.ts";
import { isRefusal, type Refusal, usage } from "./refusal.ts";

/** How a command line says which ledger it means; undefined: not given. */
export interface LedgerFlags {
  config: string | undefined;
  /** A URL. */
  broker: string | undefined;
  namespace: string | undefined;
}

/** Which ledger it is, and what a file says about its jobs. */
export interface LedgerPlan {
  namespace: string;
  /** The file's. */
  brokerUrl: string | undefined;
  file: { path: string; config: Config } | { whyNone: string };
}

const USUAL_FILE = "schedules.yml";

/** Pure but for the reading of the file. A file that is there and bad is refused. */
export async function findLedger(
  flags: LedgerFlags,
  environment: Readonly<Record<string, string | undefined>>,
  now: Instant,
): Promise<LedgerPlan | Refusal> {
  const wrong = flags.namespace === undefined ? undefined : checkNamespace(flags.namespace);
  if (wrong) return wrong;
  const path = flags.config ?? USUAL_FILE;
  const read = flags.config === undefined ? readConfigIfThere : readConfig;
  const config = await read(path, environment, now);
  if (config === undefined) {
    const namespace = flags.namespace ?? schema.properties.namespace.default;
    const whyNone = `there is no ${USUAL_FILE} here and no --config was given`;
    return { namespace, brokerUrl: undefined, file: { whyNone } };
  }
  if (isRefusal(config)) return config;
  const { brokerUrl } = config;
  const namespace = flags.namespace ?? config.namespace;
  // A file that only happens to lie here may be about other jobs.
  if (flags.config === undefined && namespace !== config.namespace) {
    const whyNone = `the ${USUAL_FILE} here is of the namespace ${config.namespace}`;
    return { namespace, brokerUrl, file: { whyNone } };
  }
  return { namespace, brokerUrl, file: { path, config } };
}

function checkNamespace(text: string): Refusal | undefined {
  const { pattern, $comment } = schema.properties.namespace;
  if (new RegExp(pattern, "u").test(text)) return undefined;
  return usage(`--namespace takes a ${$comment}, got "${text}"`);
}

import type { Emit } from "../observe/events.ts";
import type { Broker, BrokerProblem } from "./broker.ts";
import { createRabbitmq } from "./rabbitmq.ts";
import { createSqlite } from "./sqlite.ts";
import { readBrokerUrl } from "./url.ts";

/**
 * The adapter for a URL. Opens nothing yet. `name` tells this process from others (host and pid);
 * `now` stamps messages, ms UTC.
 */
export function openBroker(
  url: string,
  options: { namespace: string; name: string; now: () => number; emit: Emit },
): Broker | BrokerProblem {
  const address = readBrokerUrl(url);
  if ("code" in address) return address;
  return address.scheme === "sqlite"
    ? createSqlite(address, options)
    : createRabbitmq(address, options);
}

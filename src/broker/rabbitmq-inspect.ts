import { type BrokerProblem, isBrokerProblem } from "./broker.ts";
import type { Inspection, InspectOptions } from "./inspect.ts";
import { type Connected, connectTo, drop, onScratchChannel, problem } from "./rabbitmq-connect.ts";
import { workQueueOptions } from "./rabbitmq-declare.ts";
import { type Topology, topologyOf } from "./topology.ts";
import type { BrokerAddress } from "./url.ts";

/** RabbitMQ's `consumer_timeout` unless its configuration says otherwise. ms */
const CONSUMER_TIMEOUT_MS = 1_800_000;

/** Looks at a RabbitMQ: what is asked for is looked up, and never made. */
export async function inspectRabbitmq(
  address: BrokerAddress,
  { namespace, name, queues, exchanges }: InspectOptions,
): Promise<Inspection | BrokerProblem> {
  const connected = await connectTo(address, `clockd check ${name}`);
  if (isBrokerProblem(connected)) return connected;
  try {
    const topology = topologyOf(namespace);
    const inspection: Inspection = {
      place: `rabbitmq ${address.place} (${productOf(connected)})`,
      queues: await each(queues, (queue) => lookAtQueue(connected, topology, queue)),
      exchanges: await each(exchanges, (exchange) => lookAtExchange(connected, exchange)),
      usualConsumerTimeout: CONSUMER_TIMEOUT_MS,
    };
    return connected.isLost() ? await connected.lost : inspection;
  } finally {
    connected.closing();
    await drop(connected.model);
  }
}

async function each<T>(names: Iterable<string>, look: (name: string) => Promise<T>) {
  const found = new Map<string, T>();
  for (const name of new Set(names)) found.set(name, await look(name));
  return found;
}

function productOf({ model }: Connected): string {
  // Not in the driver's types.
  const { serverProperties = {} } = model.connection as {
    serverProperties?: { product?: unknown; version?: unknown };
  };
  const { product = "unknown", version = "" } = serverProperties;
  return `${product} ${version}`.trim();
}

async function lookAtQueue(
  connected: Connected,
  topology: Topology,
  queue: string,
): Promise<"ready" | "missing" | BrokerProblem> {
  const name = topology.workQueue(queue);
  const missing = await onScratchChannel(connected, async (channel) => {
    await channel.checkQueue(name);
    return undefined;
  });
  if (missing) return /no queue '/.test(missing.message) ? "missing" : missing;
  // Declaring one that is there changes nothing: it is compared.
  const differs = await onScratchChannel(connected, async (channel) => {
    await channel.assertQueue(name, workQueueOptions(topology));
    return undefined;
  });
  return differs ?? "ready";
}

async function lookAtExchange(
  connected: Connected,
  exchange: string,
): Promise<"ready" | BrokerProblem> {
  // The one without a name is always there, and may not be asked for.
  if (exchange === "") return "ready";
  const missing = await onScratchChannel(connected, async (channel) => {
    await channel.checkExchange(exchange);
    return undefined;
  });
  if (!missing) return "ready";
  if (!/no exchange '/.test(missing.message)) return missing;
  return problem("BROKER_EXCHANGE", `there is no exchange "${exchange}" in this broker`);
}

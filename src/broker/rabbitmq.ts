import type { Emit } from "../observe/events.ts";
import type { Broker, BrokerProblem } from "./broker.ts";
import { openClockLink } from "./rabbitmq-clock.ts";
import { type Connected, connectTo, problem } from "./rabbitmq-connect.ts";
import { type LinkOptions, openLedgerLink } from "./rabbitmq-ledger.ts";
import { openWorkerLink } from "./rabbitmq-worker.ts";
import { topologyOf } from "./topology.ts";
import type { BrokerAddress } from "./url.ts";

/** The RabbitMQ adapter. Nothing is opened before it is asked for. `now` stamps messages, ms UTC. */
export function createRabbitmq(
  address: BrokerAddress,
  options: { namespace: string; name: string; now: () => number; emit: Emit },
): Broker {
  const topology = topologyOf(options.namespace);
  const open = async <L extends object>(
    role: string,
    link: (connected: Connected) => Promise<L | BrokerProblem>,
  ): Promise<L | BrokerProblem> => {
    const connected = await connectTo(address, `clockd ${role} ${options.name}`);
    if ("code" in connected) return connected;
    const made = await link(connected).catch((error: Error) =>
      problem("BROKER_CLOSED", error.message),
    );
    if ("code" in made) connected.lose(made as BrokerProblem);
    return made;
  };
  const place = `rabbitmq ${address.place}`;
  const common: LinkOptions = {
    topology,
    learned: { largestBody: Number.POSITIVE_INFINITY },
    now: options.now,
    told: (event) => options.emit({ ...event, place }),
  };
  return {
    place,
    openClock: (queues) => open("clock", (connected) => openClockLink(connected, queues, common)),
    openWorker: (wanted) =>
      open("worker", (connected) => openWorkerLink(connected, wanted, common)),
    openLedger: () => open("ledger", (connected) => openLedgerLink(connected, common)),
  };
}

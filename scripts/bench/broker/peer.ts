/**
 * A clock's or a worker's link in a process of its own: `node peer.ts ROLE URL NAMESPACE`. Sends the parent
 * `ready`, and as `worker` for each delivery how long it was on its way, ms. `drain` only finishes them.
 */
import { isBrokerProblem } from "../../../src/broker/broker.ts";
import { openBroker } from "../../../src/broker/open.ts";

const [role, url = "", namespace = ""] = process.argv.slice(2);
const broker = openBroker(url, { namespace, name: "peer", now: Date.now, emit: () => {} });
if (isBrokerProblem(broker)) throw new Error(broker.message);
const link =
  role === "clock"
    ? await broker.openClock(["default"])
    : await broker.openWorker({
        queues: ["default"],
        prefetch: role === "drain" ? 500 : 100,
        onDelivery({ content, finish }) {
          if (role === "drain") return void finish();
          // One clock for all processes of the machine: CLOCK_MONOTONIC.
          const sentAt = BigInt(String(Object(content).payload));
          process.send?.(Number(process.hrtime.bigint() - sentAt) / 1e6);
          finish();
        },
      });
if (isBrokerProblem(link)) throw new Error(link.message);
process.send?.("ready");
process.once("disconnect", () => void link.close(1000).then(() => process.exit()));

import type { TcpProxy } from "../support/proxy.ts";
import { until } from "../support/until.ts";
import type { Happening } from "./ground.ts";
import type { RabbitmqFault } from "./kinds.ts";

/** A clock may be on its way back from other faults. ms. */
const CONNECTED_WITHIN_MS = 90_000;
/** The delay of a slow network. ms. */
const SLOW_MS = 3000;

type NetworkFault = Extract<RabbitmqFault, { kind: "reset" | "hole" | "delay" | "one-way" }>;

/** Breaks the ways of clocks to the broker, and makes them whole again. */
export async function disturb(
  fault: NetworkFault,
  proxies: readonly TcpProxy[],
  { begun, pause }: Happening,
): Promise<void> {
  await connected(proxies);
  for (const proxy of proxies) harm(fault, proxy);
  begun();
  if (fault.kind === "reset") return;
  try {
    await pause(fault.lasts);
  } finally {
    const well = { held: false, delay: 0 };
    for (const proxy of proxies) proxy.set({ toServer: well, toClient: well });
  }
}

function harm(fault: NetworkFault, proxy: TcpProxy): void {
  switch (fault.kind) {
    case "reset":
      proxy.reset();
      break;
    case "delay":
      proxy.set({ toServer: { delay: SLOW_MS }, toClient: { delay: SLOW_MS } });
      break;
    case "hole":
      proxy.set({ toServer: { held: true }, toClient: { held: true } });
      break;
    case "one-way":
      proxy.set({ [fault.lost === "to-broker" ? "toServer" : "toClient"]: { held: true } });
  }
}

/** A cut where there is no connection is no fault. */
async function connected(proxies: readonly TcpProxy[]): Promise<void> {
  for (const proxy of proxies) {
    await until(() => proxy.connections > 0, CONNECTED_WITHIN_MS, "a clock to be connected");
  }
}

import { randomUUID } from "node:crypto";
import type { BrokerProblem } from "./broker.ts";
import type { Connected } from "./rabbitmq-connect.ts";
import { readLast } from "./rabbitmq-last.ts";
import type { WireMessage } from "./wire.ts";

/** A snapshot as a message. `now`: ms. */
export function snapshotMessage(snapshot: Uint8Array, now: number): WireMessage {
  return {
    body: Buffer.from(snapshot),
    properties: {
      messageId: randomUUID(),
      timestamp: Math.floor(now / 1000),
      type: "snapshot",
      appId: "clockd",
      contentType: "application/octet-stream",
      persistent: true,
      headers: {},
    },
  };
}

/** The newest snapshot. To find none, or an older one, only makes the reading of the ledger longer. */
export async function readNewestSnapshot(
  connected: Connected,
  snapshots: string,
): Promise<Uint8Array | undefined | BrokerProblem> {
  const message = await readLast(connected, snapshots);
  return message && "content" in message ? message.content : message;
}

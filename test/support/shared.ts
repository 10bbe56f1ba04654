import { randomBytes } from "node:crypto";

/**
 * The URL of the RabbitMQ that a test run starts once for every file that asks for it. Tests keep
 * apart by namespace, and do nothing to the server as a whole; who must, starts one of their own.
 */
export function sharedBroker(): string {
  const url = process.env.CLOCKD_TEST_BROKER;
  if (url) return url;
  throw new Error(
    "no broker was handed to this file: run it with `npm test -- PATH`, or put the URL of a " +
      "RabbitMQ for tests into CLOCKD_TEST_BROKER",
  );
}

/** A namespace that nothing else uses. */
export function uniqueNamespace(name = "test"): string {
  return `${name}-${randomBytes(5).toString("hex")}`;
}

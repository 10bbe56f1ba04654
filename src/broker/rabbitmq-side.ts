import { type FireOutcome, isBrokerProblem } from "./broker.ts";
import { type Connected, orLost, problem } from "./rabbitmq-connect.ts";
import {
  createPublisher,
  inDoubt,
  type Learned,
  type Outgoing,
  type Pending,
  type Publisher,
  type Route,
} from "./rabbitmq-publisher.ts";

/** A confirm channel beside the link's own, for what the broker may refuse. */
export interface Side extends Pending {
  /** `refusal`: what the broker said when it closed the channel. */
  publish(
    message: Outgoing,
    route: Route,
  ): Promise<{ outcome: FireOutcome; refusal: string | undefined }>;
}

/** Opens the channel when it is needed, and another after it was closed, which `onClose` is told. */
export function createSide(connected: Connected, learned: Learned, onClose = () => {}): Side {
  let opening: ReturnType<typeof open> | undefined;
  let current: Publisher | undefined;

  function open() {
    const work = async () => {
      const channel = await connected.model.createConfirmChannel();
      channel.on("close", () => {
        opening = undefined;
        onClose();
      });
      current = createPublisher(channel, learned, connected);
      return current;
    };
    const failed = (error: Error) => problem("BROKER_CLOSED", error.message);
    return orLost(connected, work().catch(failed));
  }

  return {
    async publish(message, route) {
      opening ??= open();
      const publisher = await opening;
      if (isBrokerProblem(publisher)) {
        opening = undefined;
        return { outcome: inDoubt(publisher.message), refusal: undefined };
      }
      const outcome = await publisher.publish(message, route);
      return { outcome, refusal: publisher.refusal };
    },
    get open() {
      return current?.open ?? 0;
    },
    get oldest() {
      return current?.oldest ?? Number.POSITIVE_INFINITY;
    },
    abandon: () => current?.abandon(),
  };
}

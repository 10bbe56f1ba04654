import type { FireOutcome, WorkerLink } from "../broker/broker.ts";
import { after } from "./after.ts";
import { createAnswers } from "./answers.ts";

/** The link that is open and read, or the next one: links are lost and opened again. */
export interface CurrentLink {
  /** The newest, whether it is lost, read, or not. */
  readonly link: WorkerLink | undefined;
  opened(link: WorkerLink): void;
  /** Those who wait for a link that can be used shall look again. */
  wake(): void;
  /** Undefined: `signal` was aborted, or `end` called, before there was one. */
  usable(signal?: AbortSignal): Promise<WorkerLink | undefined>;
  /**
   * Does `work` over one link after the other until the broker has answered. Undefined: `end` was
   * called first.
   */
  insist(work: (link: WorkerLink) => Promise<FireOutcome>): Promise<FireOutcome | undefined>;
  /** Nothing is waited for any more. */
  end(): void;
}

/** Before the same is tried again over the same link. ms. */
const AGAIN_MS = 1000;

/** `isRead`: everything that was there when the link was opened has been read over it. */
export function createCurrentLink(isRead: () => boolean): CurrentLink {
  let link: WorkerLink | undefined;
  let isEnded = false;
  const waiting = new Set<() => void>();
  const answers = createAnswers();

  async function usable(signal?: AbortSignal): Promise<WorkerLink | undefined> {
    while (!isEnded && !signal?.aborted) {
      if (link && !link.isLost && isRead()) return link;
      await new Promise<void>((resolve) => {
        const goOn = () => {
          waiting.delete(goOn);
          signal?.removeEventListener("abort", goOn);
          resolve();
        };
        waiting.add(goOn);
        signal?.addEventListener("abort", goOn, { once: true });
      });
    }
    return undefined;
  }

  function wake(): void {
    for (const goOn of [...waiting]) goOn();
  }

  return {
    get link() {
      return link;
    },
    opened(opened) {
      link = opened;
    },
    wake,
    usable,
    async insist(work) {
      for (;;) {
        const over = await usable();
        if (!over) return undefined;
        const outcome = await answers.unlessEnded(work(over));
        if (!outcome) return undefined;
        if (outcome.kind !== "in-doubt") return outcome;
        if (!over.isLost) await pause();
      }
    },
    end() {
      isEnded = true;
      wake();
      answers.end();
    },
  };
}

/** What a broker does not take now is not to be asked of it at once again. */
export function pause(): Promise<void> {
  return new Promise((resolve) => void after(AGAIN_MS, resolve));
}

import type { FireOutcome, WorkerLink } from "../broker/broker.ts";
import { after } from "./after.ts";

/** The link that is open, or the next one: links are lost and opened again. */
export interface CurrentLink {
  /** The newest, lost or not. */
  readonly link: WorkerLink | undefined;
  opened(link: WorkerLink): void;
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

export function createCurrentLink(): CurrentLink {
  let link: WorkerLink | undefined;
  let isEnded = false;
  /** Those who wait for a link. */
  const waiting = new Set<() => void>();
  /** Those who wait for the broker's answer. */
  const insisting = new Set<() => void>();

  /** Not by a race: what never ends would keep all who raced. */
  async function usable(signal?: AbortSignal): Promise<WorkerLink | undefined> {
    while (!isEnded && !signal?.aborted) {
      if (link && !link.isLost) return link;
      await new Promise<void>((resolve) => {
        waiting.add(resolve);
        signal?.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    return undefined;
  }

  function orEnd<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const giveUp = () => resolve(undefined);
      insisting.add(giveUp);
      void work.then((answer) => {
        insisting.delete(giveUp);
        resolve(answer);
      });
    });
  }

  function wake(): void {
    for (const resolve of waiting) resolve();
    waiting.clear();
  }

  return {
    get link() {
      return link;
    },
    opened(opened) {
      link = opened;
      wake();
    },
    usable,
    async insist(work) {
      for (;;) {
        const over = await usable();
        if (!over) return undefined;
        const outcome = await orEnd(work(over));
        if (!outcome) return undefined;
        if (outcome.kind !== "in-doubt") return outcome;
        if (!over.isLost) await new Promise<void>((resolve) => after(AGAIN_MS, resolve));
      }
    },
    end() {
      isEnded = true;
      wake();
      for (const giveUp of insisting) giveUp();
    },
  };
}

import { createHeap } from "../clock/heap.ts";
import type { Instant } from "../clock/time.ts";
import { formatSlot } from "../ledger/fire.ts";
import { formatLocal } from "../schedule/datetime.ts";
import { zoneNamed } from "../schedule/zone.ts";
import type { Chosen } from "./choice.ts";
import { LATEST } from "./moment.ts";
import type { Row } from "./table.ts";

/** The slots of several schedules after `from`, in order of time; at one instant in order of the list. */
export function* mergedSlots(all: readonly Chosen[], from: Instant): Generator<Row, void> {
  const heap = createHeap<Row & { place: number }>(
    (a, b) => a.slot < b.slot || (a.slot === b.slot && a.place < b.place),
  );
  const push = (chosen: Chosen, after: Instant, place: number) => {
    const slot = chosen.schedule.next(after);
    if (slot !== undefined && slot < LATEST) heap.push({ chosen, slot, place });
  };
  for (const [place, chosen] of all.entries()) push(chosen, from, place);
  for (let first = heap.pop(); first; first = heap.pop()) {
    const { chosen, slot, place } = first;
    yield { chosen, slot };
    push(chosen, slot, place);
  }
}

/** A slot for a machine: always these four fields in this order. */
export function slotFields({ chosen, slot }: Row) {
  const { job, spec } = chosen;
  const local = formatLocal(slot, zoneNamed(spec.timezone)!);
  return { job, slot: formatSlot(slot), local, timezone: spec.timezone };
}

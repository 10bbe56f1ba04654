/** What may be wrong, in words. */
const WORDING = {
  silent: "silence",
  lost: "lost",
  doubled: "fired twice without a flag",
  orphans: "flagged, and there is no first one",
  contradictory: "fired, and recorded as missed",
  unrecorded: "in a queue and not in the ledger",
  unqueued: "in the ledger and not in a queue",
  recordedTwice: "in the ledger more than once",
  needless: "flagged, where nothing can be in doubt",
  unscheduled: "not to be fired",
  miscounted: "recorded as missed with a wrong count",
  missedTwice: "recorded as missed more than once",
} as const;

export type Finding = keyof typeof WORDING;

/** What a broker that dies may leave behind. */
export const FORGIVEN: readonly Finding[] = ["orphans", "contradictory", "unrecorded"];
const SHOWN = 6;

/** Collects what is wrong, and what with. */
export type Findings = ReturnType<typeof createFindings>;

export function createFindings() {
  const all = new Map<Finding, string[]>();
  const count = (finding: Finding) => all.get(finding)?.length ?? 0;
  return {
    add(finding: Finding, what: string) {
      const list = all.get(finding) ?? [];
      list.push(what);
      all.set(finding, list);
    },
    counts: () => ({
      lost: count("lost"),
      doubled: count("doubled"),
      orphans: count("orphans"),
      contradictory: count("contradictory"),
      unrecorded: count("unrecorded"),
      unscheduled: count("unscheduled"),
      missedTwice: count("missedTwice"),
    }),
    problems: (forgiven: readonly Finding[]) =>
      [...all]
        .filter(([finding]) => !forgiven.includes(finding))
        .map(([finding, whats]) => {
          const more = whats.length > SHOWN ? ` and ${whats.length - SHOWN} more` : "";
          return `${WORDING[finding]}: ${whats.slice(0, SHOWN).join(", ")}${more}`;
        }),
  };
}

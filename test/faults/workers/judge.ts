import type { CommandLine, WorkerEvidence } from "./evidence.ts";
import { type FireStory, outcomeName, storiesOf } from "./outcomes.ts";
import { judgeStarts, SLACK_MS } from "./starts.ts";

export interface WorkerFigures {
  fires: number;
  /** By its name, the fires that ended so. */
  outcomes: Record<string, number>;
  starts: number;
  /** Starts after the first one of their fire: because an attempt had failed or was given back, … */
  retries: number;
  /** … and because a worker had died, stood still or was cut off. */
  takenOver: number;
  breaches: number;
  /** Ends that came too late to count, and outcomes that are there more than once. */
  voids: number;
  repeated: number;
  letters: number;
}

export interface WorkerVerdict {
  figures: WorkerFigures;
  /** What is wrong, in sentences; empty: all is well. */
  problems: string[];
}

/** Pure. */
export function judgeWorkers(evidence: WorkerEvidence): WorkerVerdict {
  const { records, lines, letters, left, alive } = evidence;
  const stories = storiesOf(records);
  const problems: string[] = [];
  const figures: WorkerFigures = {
    ...{ fires: stories.size, outcomes: {}, starts: 0, retries: 0, takenOver: 0 },
    ...{ breaches: 0, voids: 0, repeated: 0, letters: letters.length },
  };
  const starts = Map.groupBy(
    lines.filter(({ what }) => what === "start"),
    ({ fire }) => fire,
  );
  for (const story of stories.values()) {
    const own = starts.get(story.fire) ?? [];
    problems.push(...judgeOutcome(story, own, figures));
    problems.push(...judgeStarts(story, own, evidence, figures));
  }
  for (const fire of starts.keys()) {
    if (!stories.has(fire)) problems.push(`${fire} was started, and is not in the ledger`);
  }
  for (const { what, fire, attempt, pid, more } of lines) {
    if (what !== "breach") continue;
    figures.breaches++;
    problems.push(`breach: ${fire}#${attempt} (pid ${pid}) beside ${more}`);
  }
  problems.push(...judgeLetters(stories, letters), ...left);
  problems.push(...alive.map((process) => `outlived its worker: ${process}`));
  return { figures, problems };
}

function judgeOutcome(
  { fire, finals, voids, repeated, records }: FireStory,
  starts: readonly CommandLine[],
  figures: WorkerFigures,
): string[] {
  figures.voids += voids.length;
  figures.repeated += repeated.length;
  const [final, ...more] = finals;
  if (!final) {
    const last = records.at(-1)?.event ?? "nobody has claimed it";
    return [`${fire} has no outcome (the last record: ${last})`];
  }
  const name = outcomeName(final);
  figures.outcomes[name] = (figures.outcomes[name] ?? 0) + 1;
  const problems: string[] = [];
  if (more.length > 0) {
    problems.push(`${fire} has ${finals.length} outcomes: ${finals.map(outcomeName).join(", ")}`);
  }
  const late = starts.filter(({ at }) => at > final.at + SLACK_MS);
  for (const { attempt } of late) problems.push(`${fire}#${attempt} started after it was ${name}`);
  const isSilent = final.event === "finished" && final.ok && starts.length === 0;
  if (isSilent) problems.push(`${fire} is done, and was never started`);
  return problems;
}

function judgeLetters(
  stories: ReadonlyMap<string, FireStory>,
  letters: WorkerEvidence["letters"],
): string[] {
  const problems: string[] = [];
  const lettered = new Set(letters.map(({ fire }) => fire));
  for (const { fire, finals } of stories.values()) {
    const isDead = finals.some((final) => /^(dead|buried)$/.test(outcomeName(final)));
    if (isDead && !lettered.has(fire))
      problems.push(`${fire} is dead, and not among the dead letters`);
    if (!isDead && lettered.has(fire))
      problems.push(`${fire} is among the dead letters, and not dead`);
  }
  for (const { fire, reason } of letters) {
    if (!stories.has(fire)) problems.push(`a dead letter of no fire: ${fire} (${reason})`);
  }
  return problems;
}

/** A job of a round, as the judge knows it: its slots are simple, whatever it is in the file. */
export interface JobUnderTest {
  name: string;
  /** Its slots are the whole multiples of this, since the epoch. ms. */
  every: number;
  /** It had, or has, these slots too, but they are not asked for: the file was edited. ms. */
  atTimes?: number;
  /** Removed by an edit: nothing is asked for after its last record. */
  removed?: true;
  /** The broker has no place for its fires: each of them has to be recorded as missed. */
  undeliverable?: true;
}

/** The slots after `after`, up to and with `until`. */
export function* slotsBetween(every: number, after: number, until: number): Generator<number> {
  for (let slot = (Math.floor(after / every) + 1) * every; slot <= until; slot += every) yield slot;
}

/**
 * The jobs of a round; `edited`: the file is edited in the middle of it; `hasServices`: there is
 * another service for the job `foreign`.
 */
export function jobsUnderTest(edited: boolean, hasServices: boolean): JobUnderTest[] {
  const foreign = hasServices
    ? job("foreign")
    : { ...job("foreign"), undeliverable: true as const };
  const staying = [...STAYING, foreign];
  if (!edited) return [...staying, job("changed"), job("removed")];
  return [
    ...staying,
    { ...job("changed", 2000), atTimes: 1000 },
    { ...job("removed"), removed: true },
    job("added"),
  ];
}

/** The file of a round after so many edits: several jobs of different kinds are due every second. */
export function jobFile(namespace: string, exchange: string, edits: number): string {
  return `version: 1
namespace: ${namespace}
jobs:
  second: {every: 1s, run: "true", description: edited ${edits} times}
  cron-all: {cron: "* * * * * *", run: "true", catch_up: {run: all}}
  cron-latest: {cron: "* * * * * *", run: "true", queue: urgent, catch_up: {run: latest}}
  none: {every: 1s, run: "true", catch_up: {run: none}}
  few: {every: 1s, run: "true", queue: urgent, catch_up: {run: all, max: 3}}
  third: {every: 3s, run: "true", catch_up: {run: all, within: 2s}}
  foreign: {every: 1s, publish: {exchange: ${exchange}, routing_key: tick, body: {}}}
${edits === 0 ? BEFORE : AFTER}`;
}

const BEFORE = `\
  changed: {every: 1s, run: "true", catch_up: {run: all}}
  removed: {every: 1s, run: "true", catch_up: {run: all}}
`;

const AFTER = `\
  changed: {every: 2s, run: "true", catch_up: {run: all}}
  added: {every: 1s, run: "true", catch_up: {run: all}}
`;

function job(name: string, every = 1000): JobUnderTest {
  return { name, every };
}

const STAYING: readonly JobUnderTest[] = [
  job("second"),
  job("cron-all"),
  job("cron-latest"),
  job("none"),
  job("few"),
  job("third", 3000),
];

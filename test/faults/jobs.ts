/** A job of a round, as the judge knows it: its slots are simple, whatever it is in the file. */
export interface JobUnderTest {
  name: string;
  /** Its slots are the whole multiples of this, since the epoch. ms. */
  every: number;
  /** It had, or has, these slots too, but they are not asked for: the file was edited. ms. */
  atTimes?: number;
  /** Removed by an edit: nothing is asked for after its last record. */
  removed?: true;
  /** Whose queue has its fires: a worker's, or that of another service. */
  queue: QueueUnderTest;
}

export const QUEUES = ["default", "urgent", "foreign"] as const;
export type QueueUnderTest = (typeof QUEUES)[number];

/** The slots after `after`, up to and with `until`. */
export function* slotsBetween(every: number, after: number, until: number): Generator<number> {
  for (let slot = (Math.floor(after / every) + 1) * every; slot <= until; slot += every) yield slot;
}

/** The jobs of a round; `edited`: the file is edited in the middle of it. */
export function jobsUnderTest(edited: boolean): JobUnderTest[] {
  if (!edited) return [...STAYING, job("changed", "default"), job("removed", "default")];
  return [
    ...STAYING,
    { ...job("changed", "default", 2000), atTimes: 1000 },
    { ...job("removed", "default"), removed: true },
    job("added", "default"),
  ];
}

/** The file of a round after so many edits: several jobs of different kinds are due every second. */
export function jobFile(namespace: string, edits: number): string {
  return `version: 1
namespace: ${namespace}
jobs:
  second: {every: 1s, run: "true", description: edited ${edits} times}
  cron-all: {cron: "* * * * * *", run: "true", catch_up: {run: all}}
  cron-latest: {cron: "* * * * * *", run: "true", queue: urgent, catch_up: {run: latest}}
  none: {every: 1s, run: "true", catch_up: {run: none}}
  few: {every: 1s, run: "true", queue: urgent, catch_up: {run: all, max: 3}}
  third: {every: 3s, run: "true", catch_up: {run: all, within: 2s}}
  foreign: {every: 1s, publish: {exchange: ${foreignName(namespace)}, routing_key: tick, body: {}}}
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

/** The exchange of another service, and the name of its queue. */
export function foreignName(namespace: string): string {
  return `${namespace}-foreign`;
}

/** The name of a queue in the broker. */
export function queueName(namespace: string, queue: QueueUnderTest): string {
  return queue === "foreign" ? foreignName(namespace) : `${namespace}.work.${queue}`;
}

function job(name: string, queue: QueueUnderTest, every = 1000): JobUnderTest {
  return { name, queue, every };
}

const STAYING: readonly JobUnderTest[] = [
  job("second", "default"),
  job("cron-all", "default"),
  job("cron-latest", "urgent"),
  job("none", "default"),
  job("few", "urgent"),
  job("third", "default", 3000),
  job("foreign", "foreign"),
];

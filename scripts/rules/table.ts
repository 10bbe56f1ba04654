/** A room (a folder of src, or a file at its top) and what it may import beside itself. */
export interface RoomRule {
  /** Rooms, or single files such as `broker/broker.ts`. */
  may: string[];
  why: string;
}

/** What is the same with every broker. */
const PORT = ["broker/broker.ts", "broker/connect.ts", "broker/wire.ts"];

const BELOW = [
  ...["clock", "worker", "config", "schedule", "review"],
  ...["ledger", "broker", "observe", "systemd"],
];

export const ROOMS: Readonly<Record<string, RoomRule>> = {
  main: {
    may: ["cli", "commands/guard.ts", "commands/host.ts", "streams"],
    why: "main turns the process into arguments, streams and signals, and nothing else",
  },
  cli: {
    may: [
      "cli-completion",
      "cli-ledger",
      "cli-review",
      "cli-write",
      "commands",
      "version",
      ...BELOW,
    ],
    why: "the command line picks a command and has no logic",
  },
  "cli-completion": {
    may: ["commands"],
    why: "a part of the command line: it picks a command and has no logic",
  },
  "cli-dead": {
    may: ["commands", "broker/dead-letter.ts"],
    why: "a part of the command line: it picks a command and has no logic",
  },
  "cli-ledger": {
    may: ["cli-dead", "commands", "clock/time.ts"],
    why: "a part of the command line: it picks a command and has no logic",
  },
  "cli-review": {
    may: ["commands", "clock/time.ts"],
    why: "a part of the command line: it picks a command and has no logic",
  },
  "cli-write": {
    may: ["commands", "clock/time.ts"],
    why: "a part of the command line: it picks a command and has no logic",
  },
  commands: {
    may: ["lifecycle", "version", "import", "format", ...BELOW],
    why: "a command puts the rooms together; no room knows of commands",
  },
  streams: { may: [], why: "it knows only streams" },
  lifecycle: { may: [], why: "it knows only clean-ups by name" },
  version: { may: [], why: "it is a constant" },
  clock: {
    may: ["schedule", "ledger", "config", ...PORT],
    why: "the clock speaks to the port, so that it works the same with every broker",
  },
  worker: {
    may: ["ledger", "config", ...PORT],
    why: "a worker speaks to the port, and does not know when anything is due",
  },
  import: {
    may: ["config"],
    why: "another scheduler's file becomes a text that clockd reads; nothing else is needed for it",
  },
  format: {
    may: ["config"],
    why: "a text becomes the same text in one style; nothing else is needed for it",
  },
  config: { may: ["schedule"], why: "a file is read without a broker, a clock or a worker" },
  broker: {
    may: ["ledger"],
    why: "an adapter carries fires and does not know where they are from",
  },
  schedule: { may: [], why: "a schedule is a pure function of time" },
  review: {
    may: ["config", "schedule"],
    why: "what files mean is worked out without reading or printing anything",
  },
  ledger: { may: [], why: "the fold over the records is pure" },
  systemd: { may: [], why: "it hears of events, and tells the one that has started this process" },
  observe: { may: [], why: "whatever reports events may not be needed to report them" },
};

/** What every room may import types from: the port that carries time, and the events. */
export const TYPES_FOR_ALL = ["clock/time.ts", "observe/events.ts"];

/** Something that only some files may use. A place ending in `*` is the beginning of a path. */
export interface PlaceRule {
  places: string[];
  why: string;
}

export const PACKAGES: Readonly<Record<string, PlaceRule>> = {
  cronstrue: { places: ["schedule/describe*"], why: "where it is wrong is known in one place" },
  "ical.js": { places: ["config/ics*"], why: "calendar files become days in one place" },
  "cli-table3": { places: ["commands/table.ts"], why: "tables look the same everywhere" },
  croner: { places: ["schedule/*"], why: "its traps are known in one place" },
  amqplib: { places: ["broker/rabbitmq*"], why: "the port speaks of fires, not of channels" },
  "node:sqlite": { places: ["broker/sqlite*"], why: "the port speaks of fires, not of tables" },
  pino: { places: ["observe/*"], why: "rooms emit events; one place makes log lines of them" },
  "pino-pretty": { places: ["observe/*"], why: "rooms emit events; one place makes log lines" },
  yaml: {
    places: ["config/*", "import/*", "format/*"],
    why: "text becomes a Config in one place, and text again in two",
  },
  "@lezer/python": { places: ["import/python*"], why: "Python is read in one place" },
  "@lezer/common": { places: ["import/*"], why: "Python is read in one place" },
  ajv: { places: ["config/*"], why: "the schema is applied in one place" },
  yargs: { places: ["cli*", "commands/*"], why: "arguments are read in one place" },
};

export const WORDS: readonly (PlaceRule & { word: RegExp; name: string })[] = [
  {
    word: /\bDate\.now\b|\bnew Date\(\s*\)|\bnew Date\b(?!\s*\()|(?<!new )\bDate\(/g,
    name: "the machine's clock",
    places: ["clock/time.ts"],
    why: "time is handed down, so that a year can be simulated in a second",
  },
  {
    word: /\bprocess\.exit\b|\bprocess\.reallyExit\b|\bprocess\.abort\b/g,
    name: "process.exit",
    places: ["main.ts"],
    why: "an exit elsewhere skips the clean-ups of others",
  },
  {
    word: /\bTemporal\b/g,
    name: "Temporal",
    places: ["schedule/*"],
    why: "elsewhere an instant is a number of milliseconds",
  },
];

export const LONGEST_FILE = 200;
export const LONG_FILE = 150;

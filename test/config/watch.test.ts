import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { systemTime } from "../../src/clock/time.ts";
import { watchFile } from "../../src/config/watch.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/until.ts";

const MISSING = "(missing)";

const test = suite("watching the file");

test("a file that is written in place is seen", async () => {
  await watching(async ({ file, seen }) => {
    writeFileSync(file, "second");
    await seen("second");
    appendFileSync(file, ", third");
    await seen("second, third");
  });
});

test("a file that an editor renames over the old one is seen, each time", async () => {
  await watching(async ({ file, seen }) => {
    for (const text of ["second", "third", "fourth"]) {
      replace(file, text);
      await seen(text);
    }
  });
});

test("a change of the same size with an old time stamp is seen", async () => {
  await watching(async ({ file, seen }) => {
    writeFileSync(file, "FIRST");
    utimesSync(file, 1, 1);
    await seen("FIRST");
  });
});

test("the swap of Kubernetes' symbolic link is seen", async () => {
  const home = temporaryFolder("watch");
  for (const version of ["..v1", "..v2", "..v3"]) {
    mkdirSync(`${home.path}/${version}`);
    writeFileSync(`${home.path}/${version}/jobs.yml`, version);
  }
  symlinkSync("..v1", `${home.path}/..data`);
  const file = `${home.path}/jobs.yml`;
  symlinkSync("..data/jobs.yml", file);
  await watchingFile(file, {}, async ({ seen }) => {
    for (const version of ["..v2", "..v3"]) {
      symlinkSync(version, `${home.path}/..data_tmp`);
      renameSync(`${home.path}/..data_tmp`, `${home.path}/..data`);
      await seen(version);
    }
  });
  home.remove();
});

test("a change of the file behind a symbolic link to another folder is seen", async () => {
  const home = temporaryFolder("watch");
  mkdirSync(`${home.path}/there`);
  writeFileSync(`${home.path}/there/jobs.yml`, "first");
  const file = `${home.path}/jobs.yml`;
  symlinkSync("there/jobs.yml", file);
  await watchingFile(file, {}, async ({ seen }) => {
    writeFileSync(`${home.path}/there/jobs.yml`, "second");
    await seen("second");
  });
  home.remove();
});

test("a deleted file is told of once, and so is its return", async () => {
  await watching(async ({ file, readings, seen }) => {
    unlinkSync(file);
    await seen(MISSING);
    writeFileSync(file, "back");
    await seen("back");
    assert.equal(readings, [MISSING, "back"]);
  });
});

test("a folder that is deleted and made again is watched again", async () => {
  await watching(async ({ folder, file, seen }) => {
    rmSync(folder, { recursive: true });
    await seen(MISSING);
    mkdirSync(folder);
    writeFileSync(file, "back");
    await seen("back");
    replace(file, "and changed");
    await seen("and changed");
  });
});

test("a folder that is renamed over is watched where the path leads", async () => {
  await watching(async ({ folder, file, seen }) => {
    renameSync(folder, `${folder}.old`);
    mkdirSync(folder);
    writeFileSync(file, "another");
    await seen("another");
    writeFileSync(file, "another one");
    await seen("another one");
  });
});

test("a file that is not there at first is seen when it comes", async () => {
  const home = temporaryFolder("watch");
  const file = `${home.path}/not/yet/jobs.yml`;
  await watchingFile(file, {}, async ({ seen }) => {
    mkdirSync(`${home.path}/not/yet`, { recursive: true });
    writeFileSync(file, "here");
    await seen("here");
  });
  home.remove();
});

test("200 quick renames end with the last content, told of a few times", async () => {
  await watching(async ({ file, readings, seen }) => {
    for (let count = 1; count <= 200; count++) {
      replace(file, `version ${count}`);
      if (count % 20 === 0) await delay(5);
    }
    await seen("version 200");
    assert.ok(readings.length <= 10, `told ${readings.length} times`);
  });
});

test("a file that never rests is told of all the same", async () => {
  await watching(async ({ file, readings }) => {
    const writer = setInterval(() => appendFileSync(file, "x"), 10);
    try {
      await until(() => readings.length >= 2, 5000, "two changes");
    } finally {
      clearInterval(writer);
    }
  });
});

test("changes of the same size one upon the other end with the last", async () => {
  await watching(async ({ file, seen }) => {
    for (let round = 0; round < 10; round++) {
      for (const text of ["aaaaa", "bbbbb", `ccc${10 + round}`]) writeFileSync(file, text);
      await seen(`ccc${10 + round}`);
    }
  });
});

test("a change right after the call is seen, though nothing had been looked at yet", async () => {
  await starting(async ({ file, seen }) => {
    writeFileSync(file, "at once");
    await seen("at once");
  });
});

test("a file changed in the time stamp of the first look is told of once more", async () => {
  await starting(({ seen }) => seen("first"));
});

test("changes of files beside it are not told of", async () => {
  await watching(async ({ folder, file, readings, seen }) => {
    for (let count = 0; count < 20; count++) {
      writeFileSync(`${folder}/beside`, String(count));
      await delay(10);
    }
    replace(file, "ours");
    await seen("ours");
    assert.equal(readings, ["ours"]);
  });
});

test("without notices from the system the next look sees it", async () => {
  const home = temporaryFolder("watch");
  mkdirSync(`${home.path}/there`);
  writeFileSync(`${home.path}/there/jobs.yml`, "first");
  symlinkSync("there", `${home.path}/here`);
  symlinkSync("here/jobs.yml", `${home.path}/jobs.yml`);
  // The notices of the link's own folder say nothing of the folder where the change is.
  await watchingFile(`${home.path}/jobs.yml`, { pollMs: 100 }, async ({ seen }) => {
    replace(`${home.path}/there/jobs.yml`, "second");
    await seen("second");
  });
  home.remove();
});

test("a notice from the system makes it seen long before the next look is due", async () => {
  const home = temporaryFolder("watch");
  const file = `${home.path}/jobs.yml`;
  writeFileSync(file, "first");
  await watchingFile(file, { pollMs: 600_000 }, async ({ seen }) => {
    replace(file, "second");
    await seen("second");
    writeFileSync(file, "third");
    await seen("third");
  });
  home.remove();
});

test("nothing is told after the end", async () => {
  await starting(async ({ file, readings, seen, end }) => {
    await seen("first");
    const witness = start(file);
    await witness.seen("first");
    writeFileSync(file, "second");
    end.abort();
    // Another who still watches is told twice: by then this one would have been, too.
    await witness.seen("second");
    writeFileSync(file, "third");
    await witness.seen("third");
    witness.end.abort();
    assert.equal(readings, ["first"]);
  });
});

interface Watching {
  folder: string;
  file: string;
  /** The content as it was read at each change. */
  readings: string[];
  /** Resolves when the last reading is `text`. */
  seen(text: string): Promise<unknown>;
}

/** Watches a file whose content is "first", and which rests. */
async function watching(act: (watching: Watching) => Promise<unknown>): Promise<void> {
  const home = temporaryFolder("watch");
  const folder = `${home.path}/app`;
  mkdirSync(folder);
  writeFileSync(`${folder}/jobs.yml`, "first");
  await watchingFile(`${folder}/jobs.yml`, {}, act);
  home.remove();
}

async function watchingFile(
  file: string,
  options: { pollMs?: number },
  act: (watching: Watching) => Promise<unknown>,
): Promise<void> {
  const { readings, seen, end } = start(file, options);
  try {
    if (existsSync(file)) await seen(read(file));
    readings.length = 0;
    await act({ folder: dirname(file), file, readings, seen });
  } finally {
    end.abort();
  }
}

/** Acts right after the call that watches a file whose content is "first". */
async function starting(
  act: (started: ReturnType<typeof start> & { file: string }) => Promise<unknown>,
): Promise<void> {
  const home = temporaryFolder("watch");
  const file = `${home.path}/jobs.yml`;
  writeFileSync(file, "first");
  const started = start(file);
  try {
    await act({ ...started, file });
  } finally {
    started.end.abort();
    home.remove();
  }
}

/** Watches a file as if it had been written just before, so that it is told of once in any case. */
function start(file: string, options: { pollMs?: number } = {}) {
  const readings: string[] = [];
  const end = new AbortController();
  const onChange = () => readings.push(read(file));
  let looks = 0;
  const now = () => (looks++ === 0 ? statSync(file).ctimeMs : Date.now());
  watchFile(file, { time: { ...systemTime(), now }, signal: end.signal, onChange, ...options });
  const seen = (text: string) =>
    until(() => readings.at(-1) === text, 5000, `the content "${text}"`);
  return { readings, seen, end };
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return MISSING;
  }
}

test.run();

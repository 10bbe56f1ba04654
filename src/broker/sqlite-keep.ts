import type { OpenFile } from "./sqlite-file.ts";
import type { Link } from "./sqlite-link.ts";
import { LOOK_MS, type Seen, watchPresence } from "./sqlite-presence.ts";
import { problem } from "./sqlite-problem.ts";

const BEATS_IN_PATIENCE = 3;

/** Shows that this link is alive, sees to those that are not, and to the file. */
export function keepPresent(link: Link, file: OpenFile, patienceMs: number): void {
  const reap = link.id > 0 ? createReaping(link, file.path, patienceMs) : () => {};
  const look = link.guard(() => {
    if (!file.isThere()) {
      const reason = "it was deleted or replaced: what is in it is lost to clockd";
      file.forsake();
      return link.lose(problem("BROKER_FILE_GONE", `${file.path}: ${reason}`));
    }
    reap();
  });
  const timer = setInterval(() => {
    if (link.isLost) clearInterval(timer);
    else look();
  }, LOOK_MS);
  // It must not hold up the end of the process.
  timer.unref();
}

function createReaping(link: Link, path: string, patienceMs: number): () => void {
  const { db, id } = link;
  const presence = watchPresence(db, id);
  const remove = db.prepare("DELETE FROM links WHERE id = ? AND beats = ?");
  const beat = createBeat(link, patienceMs / BEATS_IN_PATIENCE);
  return () => {
    const seen = presence.look(!beat.isOpen);
    const why = reasonToGo(seen);
    if (why) return link.lose(problem(why.code, `${path}: ${why.reason}`));
    const { dead } = seen;
    if (dead.length > 0) {
      void link.write(() => {
        for (const { id, beats } of dead) remove.run(id, beats);
      });
    }
    beat.beatIfDue();
  };
}

function reasonToGo({ otherMachine, givenUp }: Seen) {
  if (otherMachine) {
    const reason = "a process of another machine uses it too, and two machines harm each other";
    return { code: "BROKER_TWO_MACHINES", reason: `${reason}: use RabbitMQ` } as const;
  }
  if (!givenUp) return undefined;
  const reason = "another process has given this one up, because nothing was heard of it";
  return { code: "BROKER_GIVEN_UP", reason } as const;
}

function createBeat({ db, id, write }: Link, everyMs: number) {
  const beat = db.prepare("UPDATE links SET beats = beats + 1 WHERE id = ?");
  let beatenAt = performance.now();
  let isOpen = false;
  return {
    /** The last one has no answer: this link cannot write just now. */
    get isOpen() {
      return isOpen;
    },
    beatIfDue() {
      if (isOpen || performance.now() - beatenAt < everyMs) return;
      beatenAt = performance.now();
      isOpen = true;
      void write(() => beat.run(id), { light: true }).then(() => {
        isOpen = false;
      });
    },
  };
}

import { isBrokerProblem } from "./broker.ts";
import type { Link } from "./sqlite-link.ts";

/**
 * Stands for election: the one number in `leader` is the lock. It is only ever set where there is
 * none, and it is taken away with the row of the link that has it.
 */
export function standForElection(link: Link): {
  elected: Promise<void>;
  callElection(): Promise<void>;
} {
  const { db, ns, id } = link;
  const elected = Promise.withResolvers<void>();
  const leader = db.prepare("SELECT leader FROM namespaces WHERE id = ?");
  const take = db.prepare("UPDATE namespaces SET leader = ? WHERE id = ? AND leader IS NULL");
  let isElected = false;
  let isAsking = false;

  const stand = link.guard(() => {
    if (isElected || isAsking || leader.get(ns)?.leader !== null) return;
    isAsking = true;
    void link
      .write(() => take.run(id, ns).changes === 1)
      .then((taken) => {
        isAsking = false;
        if (isBrokerProblem(taken) || !taken.value) return;
        isElected = true;
        elected.resolve();
      });
  });

  link.onChange(stand);
  stand();
  return { elected: elected.promise, callElection: async () => stand() };
}

/** A fire as a message or a record says it. Instants are ms UTC. */
export interface SeenFire {
  id: string;
  job: string;
  slot: number;
  /** It says of itself that an earlier copy may have been delivered. */
  flagged: boolean;
}

export interface SeenMissed {
  job: string;
  count: number;
  first: number;
  last: number;
  reason: string;
}

/** What a round has left behind in the broker. */
export interface Evidence {
  /** Every message that was published to a queue, in the queue's order. */
  queued: readonly SeenFire[];
  ledger: {
    fires: readonly SeenFire[];
    missed: readonly SeenMissed[];
    /** By job: its first slot is the first one after this. */
    added: ReadonlyMap<string, number>;
  };
  /** Every slot up to here is accounted for: the clocks' wall clock when they were told to stop. */
  end: number;
  /** Their wall clock when the last one had stopped. */
  stopped: number;
}

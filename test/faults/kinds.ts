/** Which clocks a fault meets: the one that leads, one that stands by, or every one. */
export type Whom = "leader" | "standby" | "all";

/** What happens to clocks and their file, whatever the broker is. Durations are ms. */
export type ClockFault =
  /** `restart`: how long the clock stays away. */
  | { kind: "kill" | "term"; whom: Whom; restart: number }
  | { kind: "freeze"; whom: Whom; lasts: number }
  /** The wall clock is set on, or back. */
  | { kind: "step"; whom: Whom; by: number }
  | { kind: "edit" };

/** What happens to a RabbitMQ and to the network before it. */
export type RabbitmqFault =
  /** `restart`: how long the broker stays down before it is started again. */
  | { kind: "broker-kill"; restart: number }
  | { kind: "broker-freeze" | "alarm"; lasts: number }
  | { kind: "reset"; whom: Whom }
  | { kind: "hole"; whom: Whom; lasts: number }
  | { kind: "delay"; whom: Whom; lasts: number }
  /** Nothing of the clock's arrives, or nothing arrives at it. */
  | { kind: "one-way"; whom: Whom; lasts: number; lost: "to-broker" | "to-clock" };

/** What happens to the file of the embedded broker. */
export type SqliteFault =
  /** Another program keeps the write lock; or a reader a view of the past; or the disk is full. */
  { kind: "lock" | "long-read" | "disk-full"; lasts: number };

export type BrokerFault = RabbitmqFault | SqliteFault;
export type FaultAction = ClockFault | BrokerFault;

/** One fault. `at` is ms after a whole second of the wall clock. */
export type Fault = { at: number } & FaultAction;

/** What can be asked for by name. `slot` is several of the others, aimed at one second's beginning. */
export type Kind = FaultAction["kind"] | "slot";

/** Everything that a round does, made from its seed alone. */
export interface RoundPlan {
  seed: number;
  clocks: number;
  /** Seconds, for the broker's URL; 0: this broker has none. */
  heartbeat: number;
  /** In the order of their times. */
  faults: readonly Fault[];
  /** In the end all clocks are told to stop at once, or the one that leads is the last. */
  stop: "together" | "leader-last";
}

/** A fault in a few words: `kill leader`, `hole all 5.2s`. */
export function faultName(fault: FaultAction): string {
  switch (fault.kind) {
    case "kill":
    case "term":
      return `${fault.kind} ${fault.whom} (away ${seconds(fault.restart)})`;
    case "broker-kill":
      return `broker-kill (down ${seconds(fault.restart)})`;
    case "broker-freeze":
    case "alarm":
    case "lock":
    case "long-read":
    case "disk-full":
      return `${fault.kind} ${seconds(fault.lasts)}`;
    case "reset":
      return `reset ${fault.whom}`;
    case "one-way":
      return `nothing ${fault.lost} of ${fault.whom} ${seconds(fault.lasts)}`;
    case "step":
      return `step ${fault.whom} ${fault.by > 0 ? "+" : "-"}${seconds(Math.abs(fault.by))}`;
    case "edit":
      return "edit";
    default:
      return `${fault.kind} ${fault.whom} ${seconds(fault.lasts)}`;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}

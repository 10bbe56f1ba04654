/** A broker for the suites that run on each of them. */
export interface Ground {
  /** Begins the names of its suites. */
  readonly name: string;
  /** For a rig. */
  readonly url: string;
  /** What `clockd status` calls it. */
  readonly place: RegExp;
  /** A fire that was sent is never sent again, not even with a flag. */
  readonly isAtomic: boolean;
  /** A rig's URL with which a frozen process is found out as soon as this broker can. */
  impatient(url: string): string;
  /** The URL of such a broker that cannot be used: `file` is no database. */
  unusable(file: string): string;
  /** What a command says of it. */
  readonly whyUnusable: RegExp;
}

/** The server behind this URL. */
export function rabbitmq(url: string): Ground {
  return {
    name: "RabbitMQ",
    url,
    place: /rabbitmq 127\.0\.0\.1:\d+/,
    isAtomic: false,
    impatient: (usual) => `${usual}?heartbeat=1`,
    unusable: () => "amqp://me:s3cr3t@127.0.0.1:1",
    whyUnusable: /^clockd: cannot reach 127\.0\.0\.1:1: .*ECONNREFUSED/,
  };
}

/** The embedded broker, with a file of its own in the folder of each rig. */
export function sqlite(): Ground {
  return {
    name: "SQLite",
    url: "sqlite:clockd.db",
    place: /sqlite \/\S+\/clockd\.db/,
    isAtomic: true,
    impatient: (usual) => usual,
    unusable: (file) => `sqlite:${file}`,
    whyUnusable: /^clockd: \S+: it is no SQLite database: /,
  };
}

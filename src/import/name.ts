const LONGEST = 100;

/** Gives each job a name that a schedules file allows and no other job of it has. */
export function createNames(): (wanted: string) => string {
  const taken = new Set<string>();
  /** How many there are of a name: the next number is not looked for from the start. */
  const counts = new Map<string, number>();
  return (wanted) => {
    const plain = plainName(wanted);
    let name = plain;
    let count = counts.get(plain) ?? 1;
    while (taken.has(name)) {
      count += 1;
      name = `${plain.slice(0, LONGEST - 6)}-${count}`;
    }
    counts.set(plain, count);
    taken.add(name);
    return name;
  };
}

/** Text as a name: `Send the report!` becomes `send-the-report`. */
export function plainName(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, "-")
    .replace(/^[-._]+/, "")
    .slice(0, LONGEST)
    .replace(/[-._]+$/, "");
  return plain || "job";
}

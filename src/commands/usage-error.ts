/** A command line that cannot be understood: never a bug, always exit code 2. Caught in `cli.ts`. */
export class UsageError extends Error {}

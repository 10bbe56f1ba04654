import ICAL from "ical.js";

/** Occurrences after this year are none. */
export const LAST_YEAR = 2100;

/** How much may still be done for a file; what it has spent, it does not get back. */
export interface Budget {
  occurrences: number;
  /** Moments that may be looked at to find occurrences. */
  tries: number;
}

export function newBudget(): Budget {
  return { occurrences: 100_000, tries: 500_000 };
}

/**
 * Ends a rule after LAST_YEAR or when the tries are spent: ical.js itself would look for a moment that
 * never comes until the end of time.
 */
export function guard(rule: ICAL.Recur, budget: Budget): void {
  rule.iterator = (start) => {
    const iterator = new ICAL.RecurIterator({ rule, dtstart: start } as never);
    const fits = iterator.check_contracting_rules.bind(iterator);
    iterator.check_contracting_rules = () => {
      budget.tries -= 1;
      if (budget.tries > 0 && iterator.last.year <= LAST_YEAR) return fits();
      iterator.last.year = LAST_YEAR + 1;
      iterator.completed = true;
      return true;
    };
    return iterator;
  };
}

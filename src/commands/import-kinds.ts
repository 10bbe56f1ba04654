/** What `clockd import` reads. By themselves, so that the command line need not load the importers. */
export const KINDS = ["crontab", "kubernetes", "celery", "heroku"] as const;

export type Kind = (typeof KINDS)[number];

import { after } from "./after.ts";

/** A request that is tried until it was heard. */
export interface NoticeRequest {
  method: "GET" | "POST";
  /** http or https; may hold a secret. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** ms, of one try. */
  timeout: number;
  /** Further tries. */
  retries: number;
}

/** What became of a notice. `reason`: why it failed, with no secret in it. */
export interface Sent {
  ok: boolean;
  tries: number;
  reason?: string;
}

interface Answer {
  ok: boolean;
  /** Another try may do better. */
  again: boolean;
  reason: string;
  /** ms that the other side asks to wait. */
  wait?: number;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Makes the request, and again after 1 s, 2 s, 4 s and so on (half of it to one and a half of it at random;
 * `Retry-After` is respected) when there was no answer, or 408, 429 or 5xx. Redirects are not followed,
 * since what is sent is meant for one place, and nothing of an answer but its status is read. Never
 * rejects; ends soon after `stop` is aborted.
 */
export async function sendRequest(
  request: NoticeRequest,
  stop: AbortSignal,
  random: () => number,
): Promise<Sent> {
  for (let tries = 1; ; tries++) {
    if (stop.aborted) return { ok: false, tries: tries - 1, reason: STOPPED };
    const { ok, again, reason, wait } = await tryOnce(request, stop);
    if (ok) return { ok, tries };
    if (!again || tries > request.retries || stop.aborted) return { ok, tries, reason };
    const backoff = FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + random());
    await pause(Math.min(Math.max(backoff, wait ?? 0), LONGEST_WAIT_MS), stop);
  }
}

/** Where an address is: what may be shown of it. */
export function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "an address that is none";
}

export const STOPPED = "this worker stopped";

async function tryOnce(request: NoticeRequest, stop: AbortSignal): Promise<Answer> {
  const { timeout } = request;
  const abort = new AbortController();
  const onStop = () => abort.abort();
  stop.addEventListener("abort", onStop, { once: true });
  let isLate = false;
  const callOff = after(timeout, () => {
    isLate = true;
    abort.abort();
  });
  try {
    return await ask(request, abort.signal);
  } catch (error) {
    const place = placeOf(request.url);
    if (stop.aborted) return { ok: false, again: false, reason: STOPPED };
    if (isLate)
      return { ok: false, again: true, reason: `${place} did not answer in ${timeout} ms` };
    return { ok: false, again: true, reason: `${place}: ${causeOf(error)}` };
  } finally {
    callOff();
    stop.removeEventListener("abort", onStop);
  }
}

async function ask({ method, url, headers, body }: NoticeRequest, signal: AbortSignal) {
  const { address, authorization } = withoutPassword(url);
  const all = new Headers({ "user-agent": "clockd", ...authorization });
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  const options = { method, headers: all, redirect: "manual", signal } as const;
  const response = await fetch(address, body === undefined ? options : { ...options, body });
  // It may be of any length.
  await response.body?.cancel();
  return answerOf(response, placeOf(url));
}

function answerOf({ status, ok, headers }: Response, place: string): Answer {
  const again = status >= 500 || status === 408 || status === 429;
  const redirect = status >= 300 && status < 400 ? ", and redirects are not followed" : "";
  const reason = `${place} answered ${status}${redirect}`;
  const seconds = headers.get("retry-after") ?? "";
  return {
    ok,
    again,
    reason,
    ...(/^\d{1,6}$/.test(seconds) ? { wait: Number(seconds) * 1000 } : {}),
  };
}

/** fetch refuses an address with a name and a password in it. */
function withoutPassword(url: string): { address: URL; authorization?: { authorization: string } } {
  const address = new URL(url);
  const { username, password } = address;
  if (username === "" && password === "") return { address };
  address.username = "";
  address.password = "";
  const words = `${decode(username)}:${decode(password)}`;
  const authorization = `Basic ${Buffer.from(words).toString("base64")}`;
  return { address, authorization: { authorization } };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A code or words of our own: a message may repeat the address. */
function causeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown; name?: unknown; message?: unknown } };
  if (typeof cause?.code === "string") return cause.code;
  if (cause?.name === "HTTPParserError") return "its answer is no HTTP";
  return cause?.message === "bad port" ? "no request may go to this port" : "no connection";
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      callOff();
      stop.removeEventListener("abort", end);
      resolve();
    };
    const callOff = after(ms, end);
    stop.addEventListener("abort", end, { once: true });
  });
}

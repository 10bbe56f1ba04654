/** What became of what people and services were to be told. */
export type NoticeEvent =
  /** `to`: the host of an address, or the name of a program. */
  | ({ type: "notice.sent" } & NoticeAbout)
  | ({ type: "notice.failed"; reason: string } & NoticeAbout)
  | {
      type: "notice.output";
      job: string;
      notice: NoticeAbout["notice"];
      stream: "stdout" | "stderr";
      line: string;
      truncated: boolean;
    };

export interface NoticeAbout {
  notice: "failure" | "recovery" | "missed" | "long" | "ping";
  job: string;
  fire?: string;
  attempt?: number;
  by: "webhook" | "command" | "ping";
  to: string;
  tries: number;
}

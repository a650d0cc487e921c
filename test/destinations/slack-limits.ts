export interface SlackPost {
  readonly channel: string;
  readonly ts: string;
  readonly thread_ts?: string;
  readonly reply_broadcast?: boolean;
  readonly text: string;
  readonly blocks: readonly Record<string, unknown>[];
  readonly metadata: {
    readonly event_type: string;
    readonly event_payload: {
      readonly event_id?: string;
      readonly event_ids?: string;
      readonly files?: string;
    };
  };
  readonly files?: readonly { readonly id: string }[];
}

interface Block {
  readonly type: string;
  readonly text?: { readonly text: string };
  readonly elements?: readonly { readonly text: string }[];
}

const most = { blocks: 50, text: 3_000, header: 150, all: 13_200, metadata: 16_000 };

/** Why Slack refuses a post, in its own words. */
export function slackPostProblem(form: URLSearchParams): string | undefined {
  const blocks = JSON.parse(form.get("blocks") ?? "[]") as Block[];
  const metadata = form.get("metadata") ?? "{}";
  if ((form.get("text") ?? "") === "") return "no_text";
  if (metadata.length > most.metadata) return "metadata_too_large";
  if (!isFlat(JSON.parse(metadata))) return "invalid_metadata_schema";
  if (blocks.length > most.blocks) return "invalid_blocks";
  const texts = blocks.flatMap(({ text, elements = [] }) => [text, ...elements]);
  const lengths = texts.flatMap((text) => (text ? [text.text.length] : []));
  if (lengths.some((length) => length < 1 || length > most.text)) return "invalid_blocks";
  const headers = blocks.filter(({ type }) => type === "header");
  if (headers.some(({ text }) => (text?.text.length ?? 0) > most.header)) return "invalid_blocks";
  const contexts = blocks.filter(({ type }) => type === "context");
  if (contexts.some(({ elements = [] }) => elements.length < 1 || elements.length > 10)) {
    return "invalid_blocks";
  }
  return lengths.reduce((sum, each) => sum + each, 0) > most.all
    ? "msg_blocks_too_long"
    : undefined;
}

/** Values that any schema of metadata allows. */
function isFlat({ event_payload = {} }: { readonly event_payload?: object }): boolean {
  return Object.values(event_payload).every((value) => typeof value === "string");
}

import type { StubAnswer, StubRequest } from "./stub.ts";

export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  body: string | undefined;
  state: "begun" | "uploaded" | "completed";
}

/** Uploads as Slack keeps them: begun, sent, and completed once. */
export function createSlackFiles() {
  const files = new Map<string, SlackFile>();
  return {
    begin(name: string | null, length: number): { id: string; path: string } | string {
      if (!name || !(length > 0)) return "missing_argument";
      const id = `F0FILE${files.size + 1}`;
      files.set(id, { id, name, length, body: undefined, state: "begun" });
      return { id, path: `/upload/v1/${id}` };
    },
    receive({ method, path, headers, body }: StubRequest): StubAnswer {
      const file = files.get(path.split("/").at(-1) ?? "");
      if (method !== "POST" || headers.authorization !== undefined) return { status: 400 };
      if (file === undefined || file.state !== "begun") return { status: 404 };
      if (Buffer.byteLength(body) !== file.length) return { status: 400, body: "wrong length" };
      file.body = body;
      file.state = "uploaded";
      return { status: 200, body: `OK - ${file.length}` };
    },
    /** All or none. */
    complete(asked: readonly { readonly id: string }[]): readonly SlackFile[] | string {
      const found = asked.map(({ id }) => files.get(id));
      const done = found.filter((file) => file?.state === "uploaded") as SlackFile[];
      if (done.length === 0 || done.length < asked.length) return "file_not_found";
      for (const file of done) file.state = "completed";
      return done;
    },
  };
}

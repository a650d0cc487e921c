import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Delivered,
  DeliveryContext,
  MediaRows,
  WaypostEvent,
} from "../../../src/contracts.ts";
import { noSurroundings } from "../../../src/deliver/attempt/surroundings.ts";
import { createMedia, type MediaOptions } from "../../../src/destinations/media/media.ts";
import { openDirectory } from "../../../src/media/directory.ts";
import { createLibrary, type Library } from "../../../src/media/library.ts";
import { createMediaRows } from "../../../src/store/media.ts";
import { makeEvent } from "../../store/make-events.ts";
import { createMemoryTables } from "../../support/memory-tables.ts";
import { type GraphStub, type StubFile, startGraph } from "./graph-stub.ts";

/** The destination over a stub of Graph, a real directory and rows in memory. */
export interface Rig {
  readonly graph: GraphStub;
  readonly rows: MediaRows;
  readonly library: Library;
  readonly destination: ReturnType<typeof createMedia>;
  readonly settled: string[];
  readonly dir: string;
  /** Puts a file at Meta and answers with the event that tells of it. */
  file(id: string, file: StubFile, told?: Told): WaypostEvent;
  deliver(event: WaypostEvent, signal?: AbortSignal): Promise<Delivered>;
  /** All files on disk below the directory, by name. */
  onDisk(): Promise<string[]>;
  close(): Promise<void>;
}

interface Told {
  readonly sha256?: string;
  readonly name?: string;
  readonly mimeType?: string;
  readonly receivedAt?: string;
}

export async function startRig(options: Partial<MediaOptions> = {}): Promise<Rig> {
  const graph = await startGraph();
  const dir = await mkdtemp(join(tmpdir(), "waypost-media-"));
  const vault = await openDirectory(dir);
  const rows = createMediaRows(createMemoryTables());
  const settled: string[] = [];
  const destination = createMedia({
    ...{ vault, rows, maxBytes: 1_048_576, retentionMs: () => 86_400_000 },
    graph: { graphUrl: graph.url, accessToken: graph.accessToken },
    without: async () => [],
    settled: (id) => void settled.push(id),
    ...options,
  });
  return {
    ...{ graph, rows, destination, settled, dir },
    library: createLibrary({ rows, vault }),
    file(id, file, told) {
      graph.files.set(id, file);
      return fileEvent(id, { sha256: base64Of(file.bytes), ...told });
    },
    deliver: (event, signal = new AbortController().signal) =>
      destination.deliver(event, contextOf(event), signal),
    async onDisk() {
      const found = await readdir(dir, { recursive: true, withFileTypes: true });
      return found.filter((entry) => entry.isFile()).map(({ name }) => name);
    },
    async close() {
      await destination.close();
      await graph.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** An invented message with a document. */
export function fileEvent(id: string, { receivedAt, name, ...told }: Told = {}): WaypostEvent {
  return makeEvent({
    ...{ id: `evt_${id}`, type: "whatsapp.message.document" },
    receivedAt: receivedAt ?? new Date().toISOString(),
    data: {
      message: {
        ...{ id: `wamid.${id}`, type: "document", direction: "in" },
        document: { id, mimeType: "image/jpeg", ...(name && { filename: name }), ...told },
      },
    },
  });
}

export function base64Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("base64");
}

export function hexOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function contextOf(event: WaypostEvent): DeliveryContext {
  return {
    ...{
      destination: "media",
      idempotencyKey: `${event.id}:media`,
      attempt: 1,
      fence: 1,
      routes: ["none"],
    },
    ...{ link: undefined, contactLink: undefined, shadow: false },
    contact: async () => undefined,
    scope: async () => ({}),
    concerned: async () => undefined,
    files: async () => (await noSurroundings.files(event)) as [],
    remember: async () => undefined,
  };
}

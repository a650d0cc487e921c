import { type Response, Router } from "express";
import type { ChatMessage, EventQuery, MediaRows } from "../../contracts.ts";
import { audit } from "../access/audit.ts";
import { seenBy } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { notFound } from "../http/problem.ts";
import { parseConversationFilter, parsePage, requireValidated } from "../http/query.ts";

export interface ConversationParts {
  readonly query: EventQuery;
  readonly media: Pick<MediaRows, "get">;
}

/** Conversations: who waits for an answer, and what was said. */
export function createConversationRoutes({ query, media }: ConversationParts): Router {
  const queryFor = (response: Response) => seenBy(viewerOf(response), query);
  const router = Router();
  router.use(requireValidated);
  router.get("/conversations", async ({ query: asked }, response) => {
    const filter = parseConversationFilter(asked);
    const page = await queryFor(response).conversations(filter, parsePage(asked));
    audit(response, { count: page.items.length });
    response.json(page);
  });
  router.get("/conversations/:id", async ({ params }, response) => {
    const conversation = await queryFor(response).conversation(params.id);
    if (conversation === undefined) throw notFound("conversation");
    response.json(conversation);
  });
  router.get("/conversations/:id/messages", async ({ params, query: asked }, response) => {
    const page = await queryFor(response).chat(params.id, parsePage(asked));
    if (page === undefined) throw notFound("conversation");
    audit(response, { count: page.items.length });
    response.json({ ...page, items: await withSizes(page.items, media) });
  });
  return router;
}

/** Of the files that were fetched. */
async function withSizes(
  messages: readonly ChatMessage[],
  media: Pick<MediaRows, "get">,
): Promise<ChatMessage[]> {
  const ids = messages.flatMap((message) => message.media?.id ?? []);
  const rows = ids.length === 0 ? [] : await media.get(ids);
  const sizes = new Map(rows.map(({ mediaId, bytes }) => [mediaId, bytes]));
  return messages.map((message) => {
    const bytes = sizes.get(message.media?.id ?? "");
    return bytes === undefined ? message : { ...message, media: { ...message.media, bytes } };
  });
}

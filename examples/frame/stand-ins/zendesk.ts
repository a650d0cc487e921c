import {
  clientId,
  clientSecret,
  startZendeskStub,
} from "../../../test/destinations/zendesk/stub.ts";
import type { StandIn } from "../stand-in.ts";

export async function zendesk(): Promise<StandIn> {
  const { books, url, close } = await startZendeskStub();
  return {
    options: () => ({ baseUrl: url, clientId, clientSecret }),
    book: () =>
      [...books.tickets.values()].flatMap(({ id, subject, comments }) => [
        `Zendesk: ticket #${id} is opened, "${subject}"`,
        ...comments.map(({ author_id, html_body, public: isPublic }) => {
          const author = books.users.get(author_id)?.name ?? "?";
          const how = isPublic ? "" : " (internal)";
          return `Zendesk: on ticket #${id}, ${author}${how}: ${plain(html_body)}`;
        }),
      ]),
    close,
  };
}

function plain(html: string): string {
  const text = html.replace(/<br *\/?>|<\/(p|div|li)>/g, " · ").replace(/<[^>]*>/g, " ");
  const characters = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
  const shown = text.replace(/&\w+;|&#39;/g, (each) => characters[each as "&amp;"] ?? each);
  const parts = shown.split(/[\n·]/).map((part) => part.trim().replace(/ +/g, " "));
  return parts.filter((part) => part !== "").join(" · ");
}

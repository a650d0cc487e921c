import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** Requests that undici has made and that have not ended. */
export function watchRequests() {
  const open = new Set<unknown>();
  const requestOf = (message: unknown) => (message as { readonly request: unknown }).request;
  const begin = (message: unknown) => void open.add(requestOf(message));
  const end = (message: unknown) => void open.delete(requestOf(message));
  const channels = [
    ["undici:request:create", begin],
    ["undici:request:trailers", end],
    ["undici:request:error", end],
  ] as const;
  for (const [name, listener] of channels) subscribe(name, listener);
  return {
    underWay: () => open.size,
    end() {
      for (const [name, listener] of channels) unsubscribe(name, listener);
    },
  };
}

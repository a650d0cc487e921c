export interface Route {
  readonly page: string;
  /** What is open beside the list. */
  readonly id?: string;
  /** Filters, tabs. */
  readonly params: URLSearchParams;
}

/** `#/events/evt_3k9?type=whatsapp.message.*`. What it cannot read is the overview. */
export function parseFragment(fragment: string): Route {
  const [path = "", query = ""] = splitOnce(fragment.replace(/^#\/?/, ""), "?");
  const [page = "", id = ""] = splitOnce(path, "/").map(decode);
  return {
    page: page === "" ? "overview" : page,
    ...(id !== "" && { id }),
    params: new URLSearchParams(query),
  };
}

export function formatFragment({ page, id, params }: Route): string {
  const path = [page, ...(id === undefined ? [] : [id])].map(encodeURIComponent).join("/");
  const query = params.toString();
  return query === "" ? `#/${path}` : `#/${path}?${query}`;
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

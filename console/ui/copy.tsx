import { baseUrl } from "../api/client.ts";
import { quoted } from "../words/shell.ts";
import { IconButton } from "./button.tsx";
import { Menu } from "./menu.tsx";
import { toast } from "./toasts.tsx";

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(`Copied ${what}`);
  } catch {
    toast("The browser does not let this page copy.", "bad");
  }
}

/** An id whole, with a button to copy it. */
export function CopyId({ id, label }: { readonly id: string; readonly label: string }) {
  return (
    <span class="copy-id">
      <span class="id clip">{id}</span>
      <IconButton icon="copy" label={`Copy ${label}`} onClick={() => void copy(id, label)} />
    </span>
  );
}

interface CopyAsProps {
  /** Of the API: "/api/events". */
  readonly path: string;
  readonly query?: object;
  /** The same from a terminal: "waypost events --type …". */
  readonly cli: string;
  /** For a chat of colleagues: what and how it stands, nothing of who it is about or what they wrote. */
  readonly slack?: string;
}

export function CopyAs({ path, query, cli, slack }: CopyAsProps) {
  const curl = curlOf(path, query);
  return (
    <Menu icon="copy" label="Copy" shortcut="c">
      <button type="button" onClick={() => void copy(location.href, "the link")}>
        Link
      </button>
      {slack !== undefined && (
        <button type="button" onClick={() => void copy(`${slack}\n${location.href}`, "for Slack")}>
          For Slack <span class="muted">no personal data</span>
        </button>
      )}
      <button type="button" onClick={() => void copy(curl, "as curl")}>
        As curl
      </button>
      <button type="button" onClick={() => void copy(cli, "as a command")}>
        As a command
      </button>
    </Menu>
  );
}

function curlOf(path: string, query: object = {}): string {
  const url = new URL(baseUrl + path);
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) url.searchParams.append(name, `${each}`);
  }
  return `curl -H "Authorization: Bearer $WAYPOST_TOKEN" ${quoted(url.href)}`;
}

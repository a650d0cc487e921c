import { useState } from "preact/hooks";
import { Button } from "../../ui/button.tsx";
import { copy } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { counted } from "../../words/number.ts";
import { accountsOf, type SeriesAnswer, untold } from "./figures.ts";

const example = `curl -H "Authorization: Bearer $WAYPOST_TOKEN" -H "Content-Type: application/json" \\
  ${location.origin}/api/events -d '{
    "type": "whatsapp.outgoing.text",
    "account": { "phoneNumberId": "…" },
    "contact": { "waId": "…" },
    "message": { "id": "wamid.…", "text": { "body": "…" } },
    "sentBy": "bot"
  }'`;

/** Statuses tell that messages were sent; what they said, only whoever sent them knows. */
export function OneSided({ series }: { readonly series: SeriesAnswer }) {
  const [open, setOpen] = useState(false);
  const missing = untold(accountsOf(series));
  if (missing === 0) return null;
  return (
    <div class="notice">
      <span>
        {counted(missing, "message was", "messages were")} sent that nobody told Waypost about:
        chats are one-sided.
      </span>
      <Button onClick={() => setOpen(true)}>Fix</Button>
      {open && (
        <Dialog title="Tell Waypost what you send" onClose={() => setOpen(false)}>
          <p class="muted">
            Whatever sends your messages tells each to Waypost as well, with the id that Meta gave
            it; it may come before or after its statuses.
          </p>
          <pre class="code">{example}</pre>
          <div class="dialog-actions">
            <Button icon="copy" onClick={() => void copy(example, "the example")}>
              Copy
            </Button>
            <Button kind="primary" onClick={() => setOpen(false)}>
              Done
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

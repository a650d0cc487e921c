import { api } from "../../api/client.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { toast, toastProblem } from "../../ui/toasts.tsx";

/** What routes ask for: `defaults: { only: { not: { tag: spam } } }`. */
const tag = "spam";

interface Props {
  /** The contact's. */
  readonly id: string;
  readonly tags: readonly string[];
  readonly reveal: string | undefined;
  readonly done: () => void;
}

/** A tag of the person, over all numbers. What follows from it is for the routes to say. */
export function Spam({ id, tags, reveal, done }: Props) {
  const marked = tags.includes(tag);
  const change = async () => {
    if (!marked && (await sure()) === undefined) return;
    const body = { tags: [`${marked ? "-" : "+"}${tag}`] };
    await api
      .patch("/api/contacts/{id}", { path: { id }, body, reveal })
      .then(() => toast(marked ? "It is no spam" : "Marked as spam"))
      .catch(toastProblem);
    done();
  };
  if (!marked) {
    return (
      <div>
        <Button onClick={() => void change()}>Mark as spam</Button>
      </div>
    );
  }
  return (
    <div class="notice wait">
      <span>Marked as spam. What they write goes where your routes send spam.</span>
      <Button onClick={() => void change()}>It is no spam</Button>
    </div>
  );
}

function sure(): Promise<string | undefined> {
  return confirm({
    title: "Mark as spam",
    body: (
      <p class="muted">
        The person gets the tag <code>spam</code>. What they write is kept; whether it goes anywhere
        is for your routes to say: with <code>only: {"{ not: { tag: spam } }"}</code> in the
        defaults it does not. It can be taken back.
      </p>
    ),
    act: "Mark as spam",
    danger: true,
  });
}

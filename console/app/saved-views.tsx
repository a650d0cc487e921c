import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client.ts";
import { viewer } from "../api/viewer.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { confirm } from "../ui/confirm.tsx";
import { copy } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";
import { filterInWords } from "../words/filter.ts";
import { pages } from "./pages.ts";
import { route } from "./route.ts";
import {
  hrefOfView,
  isMine,
  loadViews,
  presentFilter,
  type View,
  views,
  viewsOpen,
} from "./views.ts";

const close = () => {
  viewsOpen.value = false;
};

/** All views, and a name for what is shown now. */
export function SavedViews() {
  return viewsOpen.value ? <Views /> : null;
}

function Views() {
  const filter = presentFilter();
  useEffect(() => void loadViews().catch(toastProblem), []);
  return (
    <Dialog title="Saved views" onClose={close}>
      <List />
      {filter === undefined ? (
        <p class="muted">
          Choose filters on Events, Conversations or Deliveries, then come back here to keep them
          under a name.
        </p>
      ) : (
        <Save filter={filter} />
      )}
    </Dialog>
  );
}

function List() {
  if (views.value === undefined) return <p class="muted">Loading</p>;
  if (views.value.length === 0) return null;
  return (
    <ul class="views" aria-label="Saved views" onKeyDown={moveFocus}>
      {views.value.map((view) => (
        <Row key={view.id} view={view} />
      ))}
    </ul>
  );
}

/** From one to the next. */
function moveFocus(event: KeyboardEvent): void {
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (by === undefined || (event.target as Element).tagName === "INPUT") return;
  event.preventDefault();
  const list = event.currentTarget as HTMLElement;
  const links = [...list.querySelectorAll<HTMLElement>("a")];
  const at = links.findIndex((link) => link.closest("li")?.contains(document.activeElement));
  links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
}

function Row({ view }: { readonly view: View }) {
  const [renaming, setRenaming] = useState(false);
  const { name, page, filter, shared, owner } = view;
  const title = pages.find((each) => each.name === page)?.title ?? page;
  const whose = owner === viewer.value?.name ? (shared ? "shared" : "yours") : `of ${owner}`;
  if (renaming) return <Rename view={view} done={() => setRenaming(false)} />;
  const link = () => copy(new URL(hrefOfView(view), location.href).href, `the link to ${name}`);
  return (
    <li>
      <a href={hrefOfView(view)} onClick={close}>
        <bdi class="clip">{name}</bdi>
        <span class="clip muted">
          {title}, {whose}. {filterInWords(filter)}
        </span>
      </a>
      <IconButton icon="link" label={`Copy the link to ${name}`} onClick={() => void link()} />
      {isMine(view) && (
        <>
          <IconButton icon="edit" label={`Rename ${name}`} onClick={() => setRenaming(true)} />
          <IconButton icon="trash" label={`Delete ${name}`} onClick={() => void remove(view)} />
        </>
      )}
    </li>
  );
}

function Rename({ view, done }: { readonly view: View; readonly done: () => void }) {
  const submit = async (event: Event) => {
    event.preventDefault();
    const name = `${new FormData(event.currentTarget as HTMLFormElement).get("name")}`.trim();
    const change = () => api.patch("/api/views/{id}", { path: { id: view.id }, body: { name } });
    if (name !== "" && name !== view.name) await act(change, `Renamed to ${name}`);
    done();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    done();
  };
  return (
    <li>
      <form class="view-name" onSubmit={(event) => void submit(event)} onKeyDown={onKeyDown}>
        <input
          class="input"
          name="name"
          aria-label={`New name of ${view.name}`}
          defaultValue={view.name}
          maxLength={100}
          ref={(input) => input?.select()}
        />
        <Button submit>Rename</Button>
      </form>
    </li>
  );
}

function Save({ filter }: { readonly filter: string }) {
  const { page } = route.value;
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const body = { name: name.trim(), page, filter, shared };
    void act(() => api.post("/api/views", { body }), `Saved as ${body.name}`).then(
      (saved) => saved && close(),
    );
  };
  return (
    <form class="dialog-form" onSubmit={submit}>
      <label class="field">
        <span>Save what is shown now</span>
        <input
          class="input"
          value={name}
          required
          maxLength={100}
          placeholder="Failed this week"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <small>{filterInWords(filter)}</small>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        Everybody here sees it
      </label>
      <div class="dialog-actions">
        <Button submit kind="primary">
          Save
        </Button>
      </div>
    </form>
  );
}

async function remove(view: View): Promise<void> {
  const sure = await confirm({
    title: `Delete the view ${view.name}`,
    body: view.shared ? "It is gone for everybody." : "What it shows stays as it is.",
    act: "Delete",
    danger: true,
  });
  if (sure === undefined) return;
  await act(() => api.delete("/api/views/{id}", { path: { id: view.id } }), `Deleted ${view.name}`);
}

/** Whether it was done. */
async function act(what: () => Promise<unknown>, words: string): Promise<boolean> {
  try {
    await what();
    await loadViews();
    toast(words);
    return true;
  } catch (error) {
    toastProblem(error);
    return false;
  }
}

import { api, type Delivery } from "../../api/client.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { useKeys } from "../../ui/keys.ts";
import { toast, toastProblem } from "../../ui/toasts.tsx";

interface Props {
  readonly delivery: Delivery;
  readonly done: () => void;
}

/** What can be done with it as it stands. */
export function Acts({ delivery, done }: Props) {
  const { state } = delivery;
  const act = (what: Act) => () => void run(what, delivery, done);
  const over = state === "dead" || state === "skipped" || state === "delivered";
  const again = act(state === "delivered" ? sendOnceMore : retry);
  useKeys(over ? { r: again } : {});
  if (over) {
    return (
      <Button icon="retry" onClick={again}>
        {state === "delivered" ? "Send once more" : "Send again"}
      </Button>
    );
  }
  if (state === "scheduled") return <Button onClick={act(cancel)}>Cancel</Button>;
  return <Button onClick={act(giveUp)}>Give up</Button>;
}

/** Of what nobody knows the outcome of, for who has looked. */
export function Undone({ delivery, done }: Props) {
  return (
    <Button onClick={() => void run(sendUndone, delivery, done)}>It was not done: send</Button>
  );
}

type Act = (delivery: Delivery) => Promise<string | undefined>;

async function run(act: Act, delivery: Delivery, done: () => void): Promise<void> {
  await act(delivery)
    .then((told) => told && toast(told))
    .catch(toastProblem);
  done();
}

async function retry({ id, destination }: Delivery): Promise<string> {
  await api.post("/api/deliveries/{id}/retry", { path: { id } });
  return `It goes to ${destination} again`;
}

async function sendUndone({ id, destination }: Delivery): Promise<string | undefined> {
  const sure = await confirm({
    title: `Send to ${destination}`,
    body: `Nobody knows whether it has taken effect. Look at ${destination} first: if it has, people there see it twice.`,
    act: "It was not done: send",
    danger: true,
  });
  if (sure === undefined) return undefined;
  await api.post("/api/deliveries/{id}/retry", { path: { id }, body: { notDone: true } });
  return `It goes to ${destination}`;
}

async function sendOnceMore({ id, destination }: Delivery): Promise<string | undefined> {
  const sure = await confirm({
    title: `Send once more to ${destination}`,
    body: `${destination} has taken it already. Where it does not recognize a repeat, people there see it twice.`,
    act: "Send once more",
    danger: true,
  });
  if (sure === undefined) return undefined;
  await api.post("/api/deliveries/{id}/retry", { path: { id }, body: { again: true } });
  return `It goes to ${destination} once more`;
}

async function giveUp({ id, destination }: Delivery): Promise<string | undefined> {
  const reason = await confirm({
    title: `Give up on ${destination}`,
    body: "It is not tried any more, and its conversation goes on. It can be sent again later.",
    act: "Give up",
    danger: true,
    ask: { label: "Why", hint: "Shown with it. No personal data." },
  });
  if (reason === undefined) return undefined;
  await api.post("/api/deliveries/{id}/give-up", { path: { id }, body: bodyOf(reason) });
  return "Given up";
}

async function cancel({ id }: Delivery): Promise<string | undefined> {
  const reason = await confirm({
    title: "Cancel what is scheduled",
    body: "It will not be sent when its time comes. It can be sent at once after all.",
    act: "Cancel it",
    ask: { label: "Why", hint: "Shown with it. No personal data." },
  });
  if (reason === undefined) return undefined;
  await api.post("/api/deliveries/{id}/cancel", { path: { id }, body: bodyOf(reason) });
  return "Cancelled";
}

function bodyOf(reason: string): { readonly reason?: string } {
  return reason === "" ? {} : { reason };
}
